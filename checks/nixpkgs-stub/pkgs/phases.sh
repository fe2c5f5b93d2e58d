# shellcheck shell=bash
# The few phases a package from source needs here: unpack, patch, configure, build, install.
# Each is a snippet given as an attribute of the derivation; one that is not given does nothing.

run_phase() {
    local snippet="${!1-}"
    [ -z "$snippet" ] || eval "$snippet"
}

if [ -n "${src-}" ]; then
    if [ ! -d "$src" ]; then
        echo "phases: only a directory can be a source here, not $src" >&2
        exit 1
    fi
    cp -R "$src" source
    chmod -R u+w source
    cd source || exit 1
fi
for phase in postUnpack patchPhase configurePhase preBuild buildPhase preInstall installPhase postInstall; do
    run_phase "$phase"
done
if [ ! -e "${out:?}" ]; then
    echo "phases: installPhase made no $out" >&2
    exit 1
fi
