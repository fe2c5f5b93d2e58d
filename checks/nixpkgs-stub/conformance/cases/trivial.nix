# Small functions, assertions, fixed points, calling and overriding, executables.
{ lib, ... }:
let
  package = {
    type = "derivation";
    name = "hello-1.0";
    pname = "hello";
    outPath = "/store/hello";
    meta.mainProgram = "hi";
  };
in
{
  combinators = {
    expr = [
      (lib.id 1)
      (lib.const 1 2)
      (lib.flip (a: b: a - b) 1 3)
      (lib.pipe 2 [
        (x: x + 1)
        (x: x * 2)
      ])
      (lib.concat [ 1 ] [ 2 ])
      (lib.or false true)
      (lib.and true false)
      (lib.xor true false)
    ];
    expected = [
      1
      1
      2
      6
      [
        1
        2
      ]
      true
      false
      true
    ];
  };
  numbers = {
    expr = [
      (lib.min 1 2)
      (lib.max 1 2)
      (lib.mod 7 3)
      (lib.compare 1 2)
      (lib.compare 2 2)
      (lib.bitAnd 12 10)
      (lib.bitOr 12 10)
      (lib.bitXor 12 10)
      (lib.toBaseDigits 2 6)
    ];
    expected = [
      1
      2
      1
      (-1)
      0
      8
      14
      6
      [
        1
        1
        0
      ]
    ];
  };
  nulls = {
    expr = [
      (lib.mapNullable (x: x + 1) null)
      (lib.mapNullable (x: x + 1) 1)
      (lib.defaultTo 3 null)
      (lib.defaultTo 3 4)
    ];
    expected = [
      null
      2
      3
      4
    ];
  };
  functions = {
    expr = [
      (lib.isFunction (x: x))
      (lib.isFunction { __functor = _: x: x; })
      (lib.isFunction { })
      (lib.functionArgs (
        {
          a,
          b ? 1,
        }:
        a
      ))
      (lib.functionArgs (lib.setFunctionArgs (x: x) { c = true; }))
      (lib.toFunction 1 2)
    ];
    expected = [
      true
      true
      false
      {
        a = false;
        b = true;
      }
      { c = true; }
      1
    ];
  };
  conditions-that-hold = {
    expr = [
      (lib.throwIf false "no" 1)
      (lib.throwIfNot true "no" 2)
      (lib.warnIf false "no" 3)
      (lib.assertMsg true "no")
      (lib.assertOneOf "x" 1 [
        1
        2
      ])
    ];
    expected = [
      1
      2
      3
      true
      true
    ];
  };
  fixed-points = {
    expr = [
      (lib.fix (self: {
        a = 1;
        b = self.a + 1;
      })).b
      (lib.fix (
        lib.extends (final: prev: { a = prev.a + 10; }) (final: {
          a = 1;
          b = final.a;
        })
      )).b
      (
        (lib.makeExtensible (self: {
          a = 1;
          b = self.a;
        })).extend
        (final: prev: { a = 5; })
      ).b
      (lib.composeManyExtensions [
        (f: p: { a = 1; })
        (f: p: { b = p.a + 1; })
      ] { } { }).b
      (lib.converge (x: x / 2) 16)
    ];
    expected = [
      2
      11
      5
      2
      0
    ];
  };
  calling = {
    expr =
      let
        called =
          lib.callPackageWith
            {
              a = 1;
              b = 2;
            }
            (
              {
                a,
                b,
                c ? 3,
              }:
              {
                sum = a + b + c;
              }
            )
            { b = 5; };
      in
      [
        called.sum
        (called.override { a = 10; }).sum
      ];
    expected = [
      9
      18
    ];
  };
  executables = {
    expr = [
      (lib.getExe package)
      (lib.getExe' package "other")
      (lib.getName package)
    ];
    expected = [
      "/store/hello/bin/hi"
      "/store/hello/bin/other"
      "hello"
    ];
  };
  types-of-values = {
    expr = map lib.typeOf [
      1
      "a"
      null
      true
      [ ]
      { }
      1.5
      (x: x)
    ];
    expected = [
      "int"
      "string"
      "null"
      "bool"
      "list"
      "set"
      "float"
      "lambda"
    ];
  };
  tests-of-ones-own = {
    expr = map (t: t.name) (
      lib.runTests {
        testGood = {
          expr = 1;
          expected = 1;
        };
        testBad = {
          expr = 1;
          expected = 2;
        };
      }
    );
    expected = [ "testBad" ];
  };
  activation-order = {
    expr =
      lib.textClosureMap lib.id
        {
          c = lib.stringAfter [ "a" "b" ] "third";
          a = lib.noDepEntry "first";
          b = lib.fullDepEntry "second" [ "a" ];
        }
        [
          "c"
          "b"
        ];
    expected = "first\nsecond\nthird";
  };
  systems = {
    expr = map (s: builtins.elem s lib.systems.flakeExposed) [
      "x86_64-linux"
      "aarch64-linux"
      "nowhere"
    ];
    expected = [
      true
      true
      false
    ];
  };
  elaborated-systems = {
    expr =
      let
        s = lib.systems.elaborate "aarch64-linux";
      in
      [
        s.system
        s.isLinux
        s.isAarch64
        s.isx86_64
        s.config
      ];
    expected = [
      "aarch64-linux"
      true
      true
      false
      "aarch64-unknown-linux-gnu"
    ];
  };
  licences = {
    expr = [
      lib.licenses.mit.spdxId
      lib.licenses.gpl3Plus.free
    ];
    expected = [
      "MIT"
      true
    ];
  };
  an-extended-lib = {
    expr =
      (lib.extend (
        final: prev: {
          answer = 42;
          twice = final.answer * 2;
        }
      )).twice;
    expected = 84;
  };
  an-extended-lib-reaches-modules = {
    expr =
      ((lib.extend (_: _: { answer = 42; })).evalModules {
        modules = [ ({ lib, ... }: { options.v = lib.mkOption { default = lib.answer; }; }) ];
      }).config.v;
    expected = 42;
  };
  a-lib-extended-twice = {
    expr =
      ((lib.extend (_: _: { a = 1; })).extend (
        final: prev: {
          b = prev.a + final.c;
          c = 5;
        }
      )).b;
    expected = 6;
  };
  throwIf-throws = {
    error = "message";
    mentions = [ "told you" ];
    expr = lib.throwIf true "told you" 1;
  };
  assertMsg-throws = {
    error = "message";
    mentions = [ "told you" ];
    expr = lib.assertMsg false "told you";
  };
  assertOneOf-names-the-value = {
    error = "message";
    mentions = [ "colour" ];
    expr = lib.assertOneOf "colour" "blue" [ "red" ];
  };
}
