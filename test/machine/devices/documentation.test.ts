import { readdirSync } from 'node:fs';
import path from 'node:path';
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { boardNamed, boardNames } from '../../../src/machine/boards';
import { deviceCatalogue } from '../../../src/machine/devices';
import { deviceIndexPage, devicePage, pageOf } from '../../../src/machine/devices/documentation';
import { holdPage, repository } from '../../support/goldenText';
import { createFakeHost } from './fakeHost';

const FOLDER = 'docs/devices';
const tables = Object.values(deviceCatalogue).map(({ table }) => table);

describe('The pages about devices', () => {
  for (const table of tables) {
    it(`${FOLDER}/${pageOf(table.name)} says what the register table says`, async () => {
      await holdPage(`${FOLDER}/${pageOf(table.name)}`, devicePage(table));
    });
  }

  it('are listed with the boards that have them, and there are no others', async () => {
    const boards = boardNames.map((name) => {
      const board = boardNamed(name);
      assert.ok(!('error' in board));
      return { name, devices: board.createBus(createFakeHost()).devices };
    });
    await holdPage(`${FOLDER}/README.md`, deviceIndexPage(tables, boards));
    const pages = ['README.md', ...tables.map(({ name }) => pageOf(name))];
    assert.deepEqual(readdirSync(path.join(repository, FOLDER)).sort(), pages.sort());
  });
});
