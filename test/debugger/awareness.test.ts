/** A hypervisor that calls things otherwise: without being told, what is missing is named; told by `awareness`, all works as ever. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { launch } from '../../src/debugger/launch';
import type { FileHost, LaunchSettings } from '../../src/debugger/types';
import { brief, fileHost, settings, withProcess } from './support/session';

/** Of the same length, so that they can be written over the old names in the file: symbols, a global, types, members. */
const RENAMED: Readonly<Record<string, string>> = {
  context_switch: 'exchange_cpu_x',
  domain_list: 'all_domains',
  do_upcall: 'up_we_go_',
  guest_frame: 'user_frames',
  next_in_list: 'further_ones',
  vcpu_flags: 'vcpu_state',
};

/** The built-in hypervisor with other names in its symbol table and its debug information. */
function otherHypervisor(bytes: Uint8Array): Uint8Array {
  const file = Buffer.from(bytes);
  for (const [name, other] of Object.entries(RENAMED)) {
    assert.equal(name.length, other.length);
    const [from, to] = [Buffer.from(`\0${name}\0`), Buffer.from(`\0${other}\0`)];
    for (let at = file.indexOf(from); at >= 0; at = file.indexOf(from, at + 1)) to.copy(file, at);
  }
  return new Uint8Array(file);
}

const host: FileHost = {
  ...fileHost,
  readFile: async (path) =>
    path === '/other.elf' ? otherHypervisor(await fileHost.readBuiltin('builtin:xen')) : fileHost.readFile(path),
};

const session = (awareness?: LaunchSettings['awareness']) =>
  launch(settings({ ...withProcess, hypervisor: '/other.elf', ...(awareness ? { awareness } : {}) }), host);

describe('A hypervisor with other names', function () {
  this.timeout(30_000);

  it('is debugged without them as far as it goes, and what is missing is named', async () => {
    const engine = await session();
    await engine.start();
    const [state] = engine.setExceptionFilters([{ id: 'upcall' }]);
    assert.match(state!.message!, /needs the symbol do_upcall, which \/other\.elf does not have/);
    await engine.resume({ untilInstruction: 4_000_000 });
    const domains = engine.domains();
    assert.ok('missing' in domains && /domain_list/.test(domains.missing), JSON.stringify(domains));
    engine.dispose();
  });

  it('is debugged as ever when it is told what they are', async () => {
    const engine = await session(RENAMED);
    await engine.start();
    engine.setExceptionFilters([{ id: 'domainSwitch', condition: 'from == 1 && to == 0' }]);
    const stop = await engine.resume();
    assert.equal(stop.description, 'Domain switch from proc to Domain-0');
    engine.setExceptionFilters([{ id: 'upcall', condition: 'system_call && dom == 1' }]);
    const upcall = await engine.resume();
    assert.equal(upcall.description, 'Upcall to proc (system call)');
    const stack = brief(engine.stack(upcall.threadId));
    assert.equal(stack[0], 'up_we_go_');
    assert.ok(
      stack.includes('[system call 1 from proc]') || stack.some((line) => /^\[system call/.test(line)),
      stack.join(),
    );
    assert.deepEqual(
      engine.threads().map(({ name, state }) => `${name} ${state}`),
      ['Domain-0 runnable', 'proc running'],
    );
    engine.dispose();
  });

  it('may call the same member otherwise in one type than in another', async () => {
    const { vcpu_flags: theirs, ...others } = RENAMED;
    const engine = await session({ ...others, vcpu_flags: 'domain_flags', 'struct vcpu.vcpu_flags': theirs! });
    await engine.start();
    engine.setExceptionFilters([{ id: 'domainSwitch', condition: 'from == 1 && to == 0' }]);
    await engine.resume();
    assert.deepEqual(
      engine.threads().map(({ name, state }) => `${name} ${state}`),
      ['Domain-0 runnable', 'proc running'],
    );
    engine.dispose();
    await assert.rejects(
      session({ ...others, 'struct domain.vcpu_flags': theirs! }),
      /"struct domain.vcpu_flags" is "vcpu_state" in \/other\.elf, which has no such member of struct domain/,
    );
  });

  it('is told of a name that it does not have either', async () => {
    await assert.rejects(
      session({ ...RENAMED, context_switch: 'exchange_cpu_y' }),
      /"awareness" says that "context_switch" is "exchange_cpu_y" in \/other\.elf, .*did you mean "exchange_cpu_x"/,
    );
  });
});
