/** Without those that are taken for one another when read aloud or typed off: 0 O o, 1 l I. */
const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** Four groups of five letters and digits, over 110 bits. `random` fills with random bytes (crypto.getRandomValues). */
export function suggestPassword(random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array): string {
  // A byte that would make some letters likelier than others is thrown away.
  const fair = 256 - (256 % letters.length);
  let text = '';
  while (text.length < 20) {
    for (const byte of random(new Uint8Array(32))) if (byte < fair) text += letters[byte % letters.length];
  }
  return text.slice(0, 20).replaceAll(/.{5}(?=.)/g, '$&-');
}
