"use strict";
// Looks for a number for each piece so that SHA-256 of seed, piece and number begins with that many zero bits.
(() => {
  const K = [], START = [];
  for (let n = 2; K.length < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
    if (!prime) continue;
    if (START.length < 8) START.push((Math.sqrt(n) % 1) * 4294967296 | 0);
    K.push((Math.cbrt(n) % 1) * 4294967296 | 0);
  }
  const constants = Int32Array.from(K), w = new Int32Array(64);

  // The first word of the hash of one block, which is all that is looked at.
  function hash() {
    let [a, b, c, d, e, f, g, h] = START;
    for (let i = 0; i < 64; i++) {
      if (i > 15) {
        const x = w[i - 15], y = w[i - 2];
        const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
        const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1 | 0;
      }
      const s = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
      const t = h + s + (e & f ^ ~e & g) + constants[i] + w[i] | 0;
      const r = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
      const m = a & b ^ a & c ^ b & c;
      h = g; g = f; f = e; e = d + t | 0; d = c; c = b; b = a; a = t + r + m | 0;
    }
    return START[0] + a | 0;
  }

  function find(seed, piece, bits) {
    for (let number = 0; number < 4294967296; number++) {
      for (let i = 0; i < 8; i++) w[i] = seed[i];
      w[8] = piece;
      w[9] = number;
      w[10] = 0x80000000;
      for (let i = 11; i < 15; i++) w[i] = 0;
      w[15] = 320;
      if (hash() >>> 32 - bits === 0) return number;
    }
  }

  onmessage = ({ data: { seed, pieces, bits } }) => {
    const words = Array.from({ length: 8 }, (_, i) => [0, 1, 2, 3].reduce((word, j) => word << 8 | seed.charCodeAt(4 * i + j), 0));
    postMessage(Array.from({ length: pieces }, (_, piece) => find(words, piece, bits)).join());
  };
})();
