# The version of this pin, read from `.version`: a copy with another file there is another pin.
{
  revision ? null,
}:
let
  trim = text: builtins.head (builtins.match "[[:space:]]*([^[:space:]]*)[[:space:]]*" text);
  release = trim (builtins.readFile ../../.version);
  suffix = "pre-stub";
in
{
  inherit release suffix revision;
  version = release + suffix;

  libOverlay = _final: previous: {
    version = release + suffix;
    trivial = previous.trivial // {
      inherit release;
      version = release + suffix;
      versionSuffix = suffix;
      revisionWithDefault = default: if revision == null then default else revision;
    };
  };
}
