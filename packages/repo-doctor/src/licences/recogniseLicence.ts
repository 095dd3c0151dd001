/** What a licence text was recognised as. */
export interface RecognisedLicence {
  /** SPDX identifier. For the GNU licences the text alone does not say "only" or "or later", so neither stands here. */
  spdx: string;
  /** True where the text holds clearly more than the licence, such as an exception or a second licence. */
  hasAdditions: boolean;
}

interface Fingerprint {
  spdx: string;
  /** Phrases that all stand in the text, after normalising. */
  all: string[];
  /** Words of the licence itself, where it is short enough that additions are told by length. */
  words?: number;
}

const BSD =
  'redistribution and use in source and binary forms with or without modification are permitted provided that';

/** Most particular first: the first that fits is it. */
const FINGERPRINTS: readonly Fingerprint[] = [
  { spdx: 'AGPL-3.0', all: ['gnu affero general public license version 3'] },
  { spdx: 'LGPL-3.0', all: ['gnu lesser general public license version 3'] },
  { spdx: 'LGPL-2.1', all: ['gnu lesser general public license version 2 1'] },
  {
    spdx: 'GPL-3.0',
    all: ['gnu general public license version 3 29 june 2007'],
  },
  { spdx: 'GPL-2.0', all: ['gnu general public license version 2 june 1991'] },
  {
    spdx: 'Apache-2.0',
    all: [
      'apache license version 2 0 january 2004',
      'terms and conditions for use reproduction and distribution',
    ],
  },
  {
    spdx: 'MPL-2.0',
    all: ['mozilla public license version 2 0', 'covered software'],
  },
  { spdx: 'EPL-2.0', all: ['eclipse public license v 2 0'] },
  { spdx: 'EPL-1.0', all: ['eclipse public license v 1 0'] },
  { spdx: 'EUPL-1.2', all: ['european union public licence v 1 2'] },
  { spdx: 'CDDL-1.0', all: ['common development and distribution license'] },
  { spdx: 'BUSL-1.1', all: ['business source license 1 1'] },
  { spdx: 'SSPL-1.0', all: ['server side public license version 1'] },
  { spdx: 'Elastic-2.0', all: ['elastic license 2 0'] },
  { spdx: 'BSL-1.0', all: ['boost software license version 1 0'], words: 200 },
  { spdx: 'Artistic-2.0', all: ['the artistic license 2 0'] },
  { spdx: 'OFL-1.1', all: ['sil open font license version 1 1'] },
  { spdx: 'CC0-1.0', all: ['cc0 1 0 universal'] },
  { spdx: 'CC-BY-SA-4.0', all: ['attribution sharealike 4 0 international'] },
  { spdx: 'CC-BY-4.0', all: ['attribution 4 0 international'] },
  {
    spdx: 'Unlicense',
    all: [
      'this is free and unencumbered software released into the public domain',
    ],
    words: 215,
  },
  { spdx: 'WTFPL', all: ['do what the fuck you want to public license'] },
  {
    spdx: 'Zlib',
    all: [
      'altered source versions must be plainly marked as such',
      'the origin of this software must not be misrepresented',
    ],
    words: 140,
  },
  {
    spdx: 'PostgreSQL',
    all: [
      'permission to use copy modify and distribute this software and its documentation for any purpose without fee and without a written agreement',
    ],
    words: 170,
  },
  {
    spdx: 'BSD-4-Clause',
    all: [
      BSD,
      'all advertising materials mentioning features or use of this software must display',
    ],
    words: 260,
  },
  { spdx: 'BSD-3-Clause', all: [BSD, 'neither the name'], words: 220 },
  {
    spdx: 'BSD-2-Clause',
    all: [BSD, 'redistributions in binary form must reproduce'],
    words: 190,
  },
  {
    spdx: 'MIT',
    all: [
      'permission is hereby granted free of charge to any person obtaining a copy of this software and associated documentation files',
      'the above copyright notice and this permission notice',
    ],
    words: 170,
  },
  {
    spdx: 'MIT-0',
    all: [
      'permission is hereby granted free of charge to any person obtaining a copy of this software and associated documentation files',
    ],
    words: 150,
  },
  {
    spdx: 'ISC',
    all: [
      'permission to use copy modify and or distribute this software for any purpose with or without fee is hereby granted provided that the above copyright notice',
    ],
    words: 130,
  },
  {
    spdx: 'ISC',
    all: [
      'permission to use copy modify and distribute this software for any purpose with or without fee is hereby granted provided that the above copyright notice',
    ],
    words: 130,
  },
  {
    spdx: '0BSD',
    all: [
      'permission to use copy modify and or distribute this software for any purpose with or without fee is hereby granted',
    ],
    words: 110,
  },
];

/** Additions that change what a licence permits, wherever they stand. */
const RIDERS = [
  'commons clause',
  'additional terms',
  'the following exception',
  'as a special exception',
];

/** A quarter more than the licence, and a few lines of copyright on top, are still the licence. */
const LENGTH_TOLERANCE = 1.25;
const COPYRIGHT_WORDS = 60;

/**
 * Recognises a licence text by phrases that its authors chose and nobody rewords. A text of which nothing is sure gives
 * undefined rather than a guess.
 */
export function recogniseLicence(text: string): RecognisedLicence | undefined {
  const words = normalise(text);
  const tagged =
    /SPDX-License-Identifier:\s*([\w.+-]+(?: (?:OR|AND|WITH) [\w.+-]+)*)/.exec(
      text,
    );
  const found = FINGERPRINTS.find(({ all }) =>
    all.every(phrase => words.includes(phrase)),
  );
  if (!found)
    return tagged ? { spdx: tagged[1], hasAdditions: false } : undefined;
  const length = words.split(' ').length;
  const isLonger =
    found.words !== undefined &&
    length > found.words * LENGTH_TOLERANCE + COPYRIGHT_WORDS;
  return {
    spdx: found.spdx,
    hasAdditions:
      isLonger ||
      (found.words !== undefined &&
        RIDERS.some(rider => words.includes(rider))),
  };
}

function normalise(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}
