import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { recogniseLicence } from './recogniseLicence';

const MIT = `MIT License

Copyright (c) 2026 Someone

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND.`;

const BSD = (
  clauses: string,
) => `Redistribution and use in source and binary forms, with or without
modification, are permitted provided that the following conditions are met:
1. Redistributions of source code must retain the above copyright notice.
2. Redistributions in binary form must reproduce the above copyright notice.
${clauses}`;

describe('recogniseLicence', () => {
  it.each([
    ['MIT', MIT],
    ['MIT', MIT.replace(/\n/g, '\r\n').replaceAll('"', '”')],
    ['MIT-0', MIT.replace(/The above[\s\S]*Software\.\n/, '')],
    ['BSD-2-Clause', BSD('')],
    [
      'BSD-3-Clause',
      BSD(
        '3. Neither the name of the copyright holder nor the names of its contributors may be used.',
      ),
    ],
    [
      'BSD-4-Clause',
      BSD(
        '3. All advertising materials mentioning features or use of this software must display this.',
      ),
    ],
    [
      'ISC',
      'Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the above copyright notice appear.',
    ],
    [
      '0BSD',
      'Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted.',
    ],
    ['GPL-3.0', 'GNU GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007'],
    [
      'AGPL-3.0',
      'GNU AFFERO GENERAL PUBLIC LICENSE\n Version 3, 19 November 2007',
    ],
    [
      'LGPL-2.1',
      'GNU LESSER GENERAL PUBLIC LICENSE\n Version 2.1, February 1999',
    ],
    [
      'Unlicense',
      'This is free and unencumbered software released into the public domain.',
    ],
    ['MIT OR Apache-2.0', 'SPDX-License-Identifier: MIT OR Apache-2.0'],
  ])('knows %s', (spdx, text) => {
    expect(recogniseLicence(text)).toEqual({ spdx, hasAdditions: false });
  });

  it('knows Apache-2.0 by its whole text', () => {
    const text = readFileSync(
      resolve(__dirname, '../../../../LICENSE'),
      'utf8',
    );
    expect(recogniseLicence(text)?.spdx).toBe('Apache-2.0');
  });

  it('sees terms that were added', () => {
    expect(
      recogniseLicence(`"Commons Clause" License Condition\n\n${MIT}`),
    ).toEqual({
      spdx: 'MIT',
      hasAdditions: true,
    });
    expect(
      recogniseLicence(
        `${MIT}\n${'And further words of another kind. '.repeat(40)}`,
      )?.hasAdditions,
    ).toBe(true);
  });

  it('guesses at nothing', () => {
    expect(
      recogniseLicence('All rights reserved. You may look at it.'),
    ).toBeUndefined();
    expect(recogniseLicence('This is MIT licensed, mostly.')).toBeUndefined();
  });
});
