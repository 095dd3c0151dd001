/** Paths of keys that stand more than once in one object of a valid JSON text; `JSON.parse` keeps the last silently. */
export function duplicateFields(text: string): string[] {
  const found = new Set<string>();
  let at = 0;

  const skipSpace = () => {
    while (text[at] === ' ' || text[at] === '\n' || text[at] === '\t' || text[at] === '\r') at += 1;
  };
  const readString = (): string => {
    const start = at;
    at += 1;
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    at += 1;
    return text.slice(start, at);
  };
  const readObject = (path: string) => {
    const keys = new Set<string>();
    at += 1;
    skipSpace();
    while (text[at] !== '}') {
      const key = JSON.parse(readString());
      const child = path ? `${path}.${key}` : key;
      if (keys.has(key)) found.add(child);
      keys.add(key);
      skipSpace();
      at += 1;
      readValue(child);
      skipSpace();
      if (text[at] === ',') at += 1;
      skipSpace();
    }
    at += 1;
  };
  const readArray = (path: string) => {
    at += 1;
    skipSpace();
    for (let index = 0; text[at] !== ']'; index += 1) {
      readValue(`${path}[${index}]`);
      skipSpace();
      if (text[at] === ',') at += 1;
      skipSpace();
    }
    at += 1;
  };
  const readValue = (path: string) => {
    skipSpace();
    if (text[at] === '{') readObject(path);
    else if (text[at] === '[') readArray(path);
    else if (text[at] === '"') readString();
    else while (at < text.length && !',]}'.includes(text[at])) at += 1;
  };

  readValue('');
  return [...found];
}
