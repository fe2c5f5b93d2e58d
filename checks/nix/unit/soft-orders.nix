# Orders that give way where others say the opposite.
{ subject, ... }:
let
  inherit (subject) lib;
  # What a step waits for, besides its copy.
  after =
    module: id:
    let
      inherit
        (subject.evaluate {
          imports = [ module ];
          nodes = lib.genAttrs [ "a" "b" "c" "d" ] (_: { });
          network.name = "order";
        })
        plan
        ;
    in
    lib.remove "copy:${lib.removePrefix "activate:" id}" plan.steps.${id}.after;
  migrate = {
    kind = "command";
    on = "a";
    command = "true";
  };
  # `b` before `a` as somebody says, directly or by way of others.
  chain = {
    b-before-c = {
      nodes = [ "c" ];
      after = [ "b" ];
    };
    c-before-a = {
      nodes = [ "a" ];
      after = [ "c" ];
    };
  };
  yielding = after: nodes: {
    inherit after nodes;
    soft = true;
  };
in
{
  "a soft order says nothing against the others, and all the rest" = {
    expr =
      map
        (after {
          deploy.order = chain // {
            weak = yielding [ "a" ] [ "b" "c" "d" ];
          };
        })
        [
          "activate:a"
          "activate:b"
          "activate:c"
          "activate:d"
        ];
    expected = [
      [ "activate:c" ]
      [ ]
      [ "activate:b" ]
      [ "activate:a" ]
    ];
  };
  "steps count where an order is soft" = {
    expr = after {
      deploy.steps.migrate = migrate // {
        after = [ "activate:b" ];
        before = [ "a" ];
      };
      deploy.order.weak = yielding [ "a" ] [ "b" ];
    } "activate:b";
    expected = [ ];
  };
  "of two that give way the first by name counts" = {
    expr =
      map
        (after {
          deploy.order = {
            one = yielding [ "a" ] [ "b" ];
            two = yielding [ "b" ] [ "a" ];
          };
        })
        [
          "activate:a"
          "activate:b"
        ];
    expected = [
      [ ]
      [ "activate:a" ]
    ];
  };
  # Each pair alone agrees with the others, both together would not.
  "a soft order makes no circle with itself" = {
    expr =
      map
        (after {
          deploy.order = {
            one = {
              nodes = [ "b" ];
              after = [ "c" ];
            };
            two = {
              nodes = [ "a" ];
              after = [ "d" ];
            };
            weak = yielding [ "a" "b" ] [ "c" "d" ];
          };
        })
        [
          "activate:a"
          "activate:b"
          "activate:c"
          "activate:d"
        ];
    expected = [
      [ "activate:d" ]
      [ "activate:c" ]
      [ "activate:a" ]
      [ ]
    ];
  };
  "a soft order does not count against a canary that somebody named, and gates" = {
    expr =
      map
        (
          module:
          after {
            imports = [ module ];
            deploy.order.weak = yielding [ "b" ] [ "d" ];
            deploy.order.strong = {
              nodes = [ "a" ];
              after = [ "d" ];
            };
            rollouts.both = {
              nodes = [
                "a"
                "b"
              ];
              canary = "a";
            };
          } "activate:d"
        )
        [
          { }
          {
            deploy.steps.migrate = migrate // {
              after = [ "gate:both:1" ];
              before = [ "c" ];
            };
            deploy.order.other = yielding [ "c" ] [ "a" ];
          }
        ];
    expected = [
      [ ]
      [ ]
    ];
  };
}
