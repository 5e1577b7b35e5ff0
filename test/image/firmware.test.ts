/** The firmware that comes with the extension, read by us and by gdb and binutils: the input that every session has. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Image } from '../../src/image/image';
import { compareFrames, compareLines, decodedRows, instructionAddresses, memory, registers } from './support/compare';
import { describeType } from './support/describeType';
import { open } from './support/fixtures';
import { gdb, needs } from './support/tools';

const root = join(import.meta.dirname, '../..');
const images = ['xen', 'mini-os', 'mini-os-native', 'proc-os'].map((name) => ({
  name,
  path: join(root, `firmware/images/${name}.elf`),
}));

describe('The built-in firmware', function () {
  this.timeout(240_000);
  before(function () {
    needs(this, 'gdb-multiarch', 'arm-none-eabi-readelf');
  });

  for (const { name, path } of images) {
    describe(`${name}.elf`, () => {
      let image: Image;
      before(() => {
        image = open(path);
      });

      it('lacks nothing for debugging', () => {
        assert.deepEqual(image.limitations, []);
      });

      it('has the line that gdb tells for every instruction', () => {
        assert.ok(compareLines(name, path, image) > 500);
      });

      it('finds code of the line itself, or the body of the function it opens, for every line of every file', () => {
        const rows = decodedRows(path);
        let found = 0;
        for (const recorded of image.sources().filter((file) => file.startsWith('/armvisor/'))) {
          const asked = join(root, recorded.slice('/armvisor/'.length));
          assert.ok(existsSync(asked), `${recorded} is not in the repository`);
          const base = recorded.slice(recorded.lastIndexOf('/') + 1);
          readFileSync(asked, 'utf8')
            .split('\n')
            .forEach((_, index) => {
              const { actualLine, addresses } = image.addressesForLine(asked, index + 1);
              for (const address of addresses) {
                const exact = rows.some(
                  (row) => row.address === address && row.line === actualLine && row.file === base,
                );
                const where = `${recorded}:${index + 1} -> ${actualLine} at ${address.toString(16)}`;
                assert.ok(exact || image.functionAt(address)?.bodyPc === address, where);
                found++;
              }
            });
        }
        assert.ok(found > 300, `${found} places`);
      });

      it('unwinds by the rules that readelf interprets, at every row', () => {
        assert.ok(compareFrames(name, path, image) > 50);
      });

      it('describes its global variables as gdb does', () => {
        const variables = image.globals();
        const names = variables.map((variable) => variable.name);
        const unique = variables.filter(
          (variable) => names.indexOf(variable.name) === names.lastIndexOf(variable.name),
        );
        const answers = gdb(
          path,
          unique.map((variable) => `output/x (unsigned)&${variable.name}`),
        );
        unique.forEach((variable, index) => {
          assert.equal(`0x${variable.address.toString(16)}`, answers[index].trim(), variable.name);
          assert.ok(describeType(variable.type, 2).length > 0);
        });
        assert.ok(unique.length > 5);
      });
    });
  }

  it('has frame information for every instruction of the hypervisor between traps and guests', () => {
    const image = open(images[0].path);
    const instructions = instructionAddresses(images[0].path);
    for (const [from, to] of [
      ['vector_swi', 'ret_from_hypercall'],
      ['do_upcall', 'reset_in_xen'],
      ['ret_to_user', 'do_upcall'],
      ['__irq_usr', 'ret_to_user'],
    ]) {
      const [low, high] = [image.symbol(from)!.address, image.symbol(to)!.address];
      for (const pc of instructions.filter((address) => address >= low && address < high)) {
        const step = image.unwind(registers.with(15, pc), memory, true);
        if (step !== undefined) assert.equal(step.method, 'cfi', `${from} ${pc.toString(16)}`);
      }
    }
  });
});
