# SHA-256 (FIPS 180-4) of bytes, for the names by which age's files call SSH keys: no string of Nix holds the bytes of a key.
# It finds mistakes; nothing is kept secret by it.
{ lib }:
let
  inherit (builtins)
    bitAnd
    bitXor
    elemAt
    foldl'
    genList
    length
    ;

  word = bitAnd 4294967295;
  inverted = bitXor 4294967295;
  # Powers of two, as there is no shift.
  power = elemAt (foldl' (all: _: all ++ [ (2 * lib.last all) ]) [ 1 ] (lib.range 1 32));
  shifted = count: value: value / power count;
  # What is shifted out comes in at the other end.
  rotated = count: value: shifted count value + (bitAnd value (power count - 1)) * power (32 - count);
  xor3 =
    a: b: c:
    bitXor a (bitXor b c);

  start = [
    1779033703
    3144134277
    1013904242
    2773480762
    1359893119
    2600822924
    528734635
    1541459225
  ];
  constants = [
    1116352408
    1899447441
    3049323471
    3921009573
    961987163
    1508970993
    2453635748
    2870763221
    3624381080
    310598401
    607225278
    1426881987
    1925078388
    2162078206
    2614888103
    3248222580
    3835390401
    4022224774
    264347078
    604807628
    770255983
    1249150122
    1555081692
    1996064986
    2554220882
    2821834349
    2952996808
    3210313671
    3336571891
    3584528711
    113926993
    338241895
    666307205
    773529912
    1294757372
    1396182291
    1695183700
    1986661051
    2177026350
    2456956037
    2730485921
    2820302411
    3259730800
    3345764771
    3516065817
    3600352804
    4094571909
    275423344
    430227734
    506948616
    659060556
    883997877
    958139571
    1322822218
    1537002063
    1747873779
    1955562222
    2024104815
    2227730452
    2361852424
    2428436474
    2756734187
    3204031479
    3329325298
  ];

  # The bytes, a one, zeros and the length in bits: a multiple of 64 bytes.
  padded =
    bytes:
    let
      bits = 8 * length bytes;
      zeros = lib.mod (119 - lib.mod (length bytes) 64) 64;
      lengthBytes = genList (
        index:
        bitAnd (
          bits / (if index < 4 then power 32 * power (8 * (3 - index)) else power (8 * (7 - index)))
        ) 255
      ) 8;
    in
    bytes ++ [ 128 ] ++ genList (_: 0) zeros ++ lengthBytes;

  wordAt =
    bytes: index:
    let
      byte = offset: elemAt bytes (4 * index + offset);
    in
    byte 0 * 16777216 + byte 1 * 65536 + byte 2 * 256 + byte 3;

  schedule =
    bytes: block:
    foldl' (
      words: index:
      let
        a = elemAt words (index - 15);
        b = elemAt words (index - 2);
        sigma0 = xor3 (rotated 7 a) (rotated 18 a) (shifted 3 a);
        sigma1 = xor3 (rotated 17 b) (rotated 19 b) (shifted 10 b);
      in
      words ++ [ (word (elemAt words (index - 16) + sigma0 + elemAt words (index - 7) + sigma1)) ]
    ) (genList (index: wordAt bytes (16 * block + index)) 16) (lib.range 16 63);

  round =
    words: state: index:
    let
      at = elemAt state;
      a = at 0;
      e = at 4;
      sum1 = xor3 (rotated 6 e) (rotated 11 e) (rotated 25 e);
      choice = bitXor (bitAnd e (at 5)) (bitAnd (inverted e) (at 6));
      first = at 7 + sum1 + choice + elemAt constants index + elemAt words index;
      sum0 = xor3 (rotated 2 a) (rotated 13 a) (rotated 22 a);
      majority = xor3 (bitAnd a (at 1)) (bitAnd a (at 2)) (bitAnd (at 1) (at 2));
    in
    # Each in turn: unevaluated sums would pile up.
    lib.deepSeq
      [ first ]
      [
        (word (first + sum0 + majority))
        a
        (at 1)
        (at 2)
        (word (at 3 + first))
        e
        (at 5)
        (at 6)
      ];

  compressed =
    bytes: state: block:
    lib.zipListsWith (before: after: word (before + after)) state (
      foldl' (round (schedule bytes block)) state (lib.range 0 63)
    );
in
{
  /**
    The digest of a list of bytes, as eight words of 32 bits.

    # Type

    ```
    words :: [ int ] -> [ int ]
    ```
  */
  words =
    bytes:
    let
      all = padded bytes;
    in
    foldl' (compressed all) start (lib.range 0 (length all / 64 - 1));
}
