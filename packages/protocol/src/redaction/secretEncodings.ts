import { encodeBase64 } from '../encoding/base64';
import { encodeHex } from '../encoding/hex';

const utf8 = new TextEncoder();

/** Columns at which `base64` and PEM writers break lines. */
const BASE64_COLUMNS = [64, 76];

/** Leading characters of base64 that depend on what stands before the value, by its offset in a group of three. */
const BASE64_HEAD = [0, 2, 3];

/** Shorter pieces of an encoding are too common to look for. */
const SHORTEST_PIECE = 6;

/**
 * Every spelling in which a secret is looked for: plain, JSON-escaped (also for ASCII and HTML, and JSON within JSON),
 * URL-encoded, hexadecimal, and base64 at its three phases, wrapped and URL-safe too.
 */
export function secretEncodings(secret: string | Uint8Array): Uint8Array[] {
  const bytes = typeof secret === 'string' ? utf8.encode(secret) : secret;
  const forms = new Set([...hexForms(bytes), ...base64Forms(bytes)]);
  if (typeof secret === 'string') {
    const text = secret.replace(/\p{Surrogate}/gu, '\ufffd');
    for (const form of [text, ...jsonForms(text), ...urlForms(text)]) {
      forms.add(form);
    }
  }
  const encoded = [...forms]
    .filter(form => form.length >= SHORTEST_PIECE)
    .map(form => utf8.encode(form));
  return typeof secret === 'string' ? encoded : [bytes, ...encoded];
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function jsonForms(text: string): string[] {
  const plain = JSON.stringify(text).slice(1, -1);
  const ascii = plain.replace(/[\u0080-\uffff]/g, unicodeEscape);
  const html = plain.replace(/[<>&\u2028\u2029]/g, unicodeEscape);
  const slashes = plain.replaceAll('/', '\\/');
  const nested = [plain, ascii].map(form => JSON.stringify(form).slice(1, -1));
  return [plain, ascii, html, slashes, ...nested];
}

function urlForms(text: string): string[] {
  const component = encodeURIComponent(text);
  const strict = component.replace(
    /[!'()*]/g,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const form = strict.replaceAll('%20', '+').replaceAll('%2A', '*');
  return [component, strict, form, encodeURI(text)].flatMap(each => [
    each,
    each.replace(/%[0-9A-F]{2}/g, escape => escape.toLowerCase()),
  ]);
}

function hexForms(bytes: Uint8Array): string[] {
  const hex = encodeHex(bytes);
  return [hex, hex.toUpperCase()];
}

function base64Forms(bytes: Uint8Array): string[] {
  const forms = BASE64_HEAD.flatMap((head, phase) => {
    const shifted = new Uint8Array(phase + bytes.length);
    shifted.set(bytes, phase);
    const ending = encodeBase64(shifted).slice(head);
    // The last character mixes in what follows, unless the value fills its group. With nothing after it, it is whole.
    const isFull = shifted.length % 3 === 0;
    const inner = isFull ? ending : ending.replace(/=+$/, '').slice(0, -1);
    return [inner, ending, ending.replace(/=+$/, '')];
  });
  const wrapped = BASE64_COLUMNS.flatMap(columns =>
    wrappedLines(bytes, columns),
  );
  return [...forms, ...wrapped].flatMap(form => [
    form,
    form.replaceAll('+', '-').replaceAll('/', '_'),
  ]);
}

/** The lines of the value's own base64, with and without a final line break encoded. */
function wrappedLines(bytes: Uint8Array, columns: number): string[] {
  const withBreak = new Uint8Array(bytes.length + 1);
  withBreak.set(bytes);
  withBreak[bytes.length] = 10;
  return [bytes, withBreak].flatMap(each => {
    const whole = encodeBase64(each);
    if (whole.length <= columns) return [];
    return whole.match(new RegExp(`.{1,${columns}}`, 'g')) ?? [];
  });
}
