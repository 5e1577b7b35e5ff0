/**
 * Whole debug sessions over stdio with the real machine, hypervisor and guests, as golden logs: what an editor sends and gets. A change
 * shows as a diff; `UPDATE_GOLDEN=1` accepts it.
 */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describe, it } from 'mocha';
import type { DapClient } from '../support/dapClient';
import { holdSession } from '../support/goldenLog';
import { firmwareSource } from '../support/firmwareSource';

const twoMiniOs = {
  hypervisor: 'builtin:xen',
  domains: [{ kernel: 'builtin:mini-os' }, { kernel: 'builtin:mini-os' }],
};

interface Stack {
  readonly stackFrames: DebugProtocol.StackFrame[];
}
interface Scopes {
  readonly scopes: DebugProtocol.Scope[];
}

const stackOf = async (client: DapClient, threadId: number | undefined): Promise<DebugProtocol.StackFrame[]> =>
  ((await client.body<Stack & object>('stackTrace', { threadId })) as Stack).stackFrames;

/** The variables of a scope of a frame. */
async function variablesOf(
  client: DapClient,
  frameId: number,
  name: string,
  page: { readonly start?: number; readonly count?: number } = {},
): Promise<DebugProtocol.Variable[]> {
  const { scopes } = (await client.body('scopes', { frameId })) as unknown as Scopes;
  const scope = scopes.find((each) => each.name === name);
  assert.ok(scope, `there is a scope ${name}`);
  const { variables } = (await client.body('variables', {
    variablesReference: scope.variablesReference,
    ...page,
  })) as unknown as {
    variables: DebugProtocol.Variable[];
  };
  return variables;
}

async function setFunctions(client: DapClient, ...names: string[]): Promise<void> {
  await client.body('setFunctionBreakpoints', { breakpoints: names.map((name) => ({ name })) });
}

describe('a session over stdio', function () {
  this.timeout(60_000);

  it('steps into a chosen call, a hypercall’s handler, a system call and an upcall', () =>
    holdSession('step-targets', async (client) => {
      await client.launch({
        hypervisor: 'builtin:xen',
        domains: [{ kernel: 'builtin:mini-os' }, { kernel: 'builtin:proc-os' }],
      });
      const targets = async (threadId: number | undefined): Promise<{ id: number; label: string }[]> => {
        const [{ id: frameId }] = await stackOf(client, threadId);
        return (await client.body<{ targets: { id: number; label: string }[] }>('stepInTargets', { frameId })).targets;
      };
      /** Goes over lines until one has the target, and into that. */
      const into = async (threadId: number | undefined, wanted: RegExp): Promise<string> => {
        for (let lines = 0; lines < 12; lines++) {
          const target = (await targets(threadId)).find(({ label }) => wanted.test(label));
          if (target) {
            await client.until('stepIn', { threadId, targetId: target.id });
            return (await stackOf(client, threadId))[0].name;
          }
          await client.until('next', { threadId, granularity: 'line' });
        }
        return assert.fail(`no line has a target like ${wanted}`);
      };
      await setFunctions(client, 'dom0:kernel_main');
      const { threadId } = await client.until('configurationDone');
      assert.equal(await into(threadId, /^printk$/), 'printk');
      assert.equal(await into(threadId, /^platform_console_write$/), 'platform_console_write');
      assert.equal(await into(threadId, /do_console_io, for hypercall console_io/), 'do_console_io');
      assert.equal(await into(threadId, /next upcall to Domain-0/), 'hypervisor_callback');
      await setFunctions(client, 'dom1:line_write');
      const user = await client.until('continue', { threadId });
      assert.equal(await into(user.threadId, /^system_call_2$/), 'system_call_2');
      assert.equal(await into(user.threadId, /system call’s handler in Domain-1’s kernel/), 'hypervisor_callback');
      const [, , caller] = await stackOf(client, user.threadId);
      assert.deepEqual((await client.body<{ targets: object[] }>('stepInTargets', { frameId: caller.id })).targets, []);
      assert.equal((await client.send('stepIn', { threadId: user.threadId, targetId: 99 })).success, false);
    }));

  it('stops on entry in the hypervisor, ends by terminate', () =>
    holdSession(
      'stop-on-entry',
      async (client) => {
        await client.launch({ ...twoMiniOs, stopOnEntry: true });
        const stop = await client.until('configurationDone');
        await client.body('threads');
        await stackOf(client, stop.threadId);
        await client.body('modules');
        const terminated = client.nextEvent('terminated');
        await client.body('terminate');
        await terminated;
        assert.equal((await client.send('threads')).success, false);
      },
      { capabilities: true },
    ));

  it('stops on entry of the hypervisor in C, and of a domain', () =>
    holdSession('stop-on-entry-elsewhere', async (client) => {
      await client.launch({ ...twoMiniOs, stopOnEntry: 'hypervisor' });
      const first = await client.until('configurationDone');
      await stackOf(client, first.threadId);
      const again = client.nextEvent('stopped');
      await client.body('restart', { arguments: { ...twoMiniOs, stopOnEntry: 'Domain-1' } });
      const { threadId } = (await again).body as DebugProtocol.StoppedEvent['body'];
      await stackOf(client, threadId);
    }));

  it('hits function breakpoints on vector_swi and do_upcall, with one stack across the border', () =>
    holdSession('function-breakpoints', async (client) => {
      await client.launch(twoMiniOs);
      await setFunctions(client, 'vector_swi', 'do_upcall');
      const swi = await client.until('configurationDone');
      const [top] = await stackOf(client, swi.threadId);
      await variablesOf(client, top.id, 'Virtual registers');
      await setFunctions(client, 'do_upcall');
      const upcall = await client.until('continue', { threadId: swi.threadId });
      const stack = await stackOf(client, upcall.threadId);
      assert.ok(stack.some(({ presentationHint }) => presentationHint === 'label'));
      await variablesOf(client, stack[0].id, 'Virtual registers');
      await client.body('threads');
    }));

  it('shows registers of a domain that runs and of one that does not', () =>
    holdSession('registers', async (client) => {
      await client.launch(twoMiniOs);
      await setFunctions(client, 'unit_task');
      await client.until('configurationDone');
      await setFunctions(client);
      await client.body('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: 'domainSwitch' }] });
      await client.until('continue', { threadId: 1 });
      const { threads } = (await client.body('threads')) as unknown as DebugProtocol.ThreadsResponse['body'];
      for (const { id } of threads) {
        const stack = await stackOf(client, id);
        const guest = stack.find(({ source }) => source?.path?.includes('mini-os')) ?? stack[0];
        await variablesOf(client, guest.id, 'Registers');
        await variablesOf(client, guest.id, 'Virtual registers');
      }
    }));

  it('hits source breakpoints in assembly, in hypervisor C and in mini-OS C, in the right domain', () =>
    holdSession('source-breakpoints', async (client) => {
      const places = [
        firmwareSource('xen/arch/arm/xen/entry.S', /get_current r10/, /^ENTRY\(do_upcall\)/),
        firmwareSource('xen/common/console.c', /switch \(cmd\)/, /^long do_console_io/),
        firmwareSource('mini-os/kernel/unit_task.c', /After %u thread/),
      ];
      await client.launch(twoMiniOs);
      for (const { path, line } of places) {
        await client.body('setBreakpoints', { source: { path }, breakpoints: [{ line }] });
      }
      const seen = new Set<string>();
      let stop = await client.until('configurationDone');
      for (let stops = 0; stops < 12 && seen.size < places.length; stops++) {
        const [top] = await stackOf(client, stop.threadId);
        const file = top.source!.path!;
        seen.add(file);
        await client.body('setBreakpoints', { source: { path: file }, breakpoints: [] });
        if (seen.size < places.length) stop = await client.until('continue', { threadId: stop.threadId });
      }
      assert.deepEqual([...seen].sort(), places.map(({ path }) => path).sort());
    }));

  it('steps over, into and out of C by line, and by instruction across the border', () =>
    holdSession('stepping', async (client) => {
      await client.launch(twoMiniOs);
      await setFunctions(client, 'unit_task');
      const { threadId } = await client.until('configurationDone');
      await setFunctions(client);
      const top = async (): Promise<void> => void (await client.body('stackTrace', { threadId, levels: 2 }));
      await top();
      for (const [command, granularity] of [
        ['next', 'statement'],
        ['stepIn', 'line'],
        ['next', 'line'],
        ['stepOut', 'line'],
        ['stepIn', 'instruction'],
        ['next', 'instruction'],
      ]) {
        await client.until(command, { threadId, granularity });
        await top();
      }
      await setFunctions(client, 'vector_swi');
      await client.until('continue', { threadId });
      await setFunctions(client);
      for (let count = 0; count < 3; count++) await client.until('stepIn', { threadId, granularity: 'instruction' });
      await top();
      await client.until('stepOut', { threadId, granularity: 'line' });
      await top();
    }));

  it('stops at hypercalls and domain switches that meet a condition', () =>
    holdSession('exception-filters', async (client) => {
      await client.launch(twoMiniOs);
      await client.body('setExceptionBreakpoints', {
        filters: [],
        filterOptions: [{ filterId: 'hypercall', condition: 'console_io && dom == 1' }],
      });
      const hypercall = await client.until('configurationDone');
      await stackOf(client, hypercall.threadId);
      await client.body('exceptionInfo', { threadId: hypercall.threadId });
      await client.body('setExceptionBreakpoints', { filters: ['domainSwitch'], filterOptions: [] });
      const turn = await client.until('continue', { threadId: hypercall.threadId });
      await client.body('exceptionInfo', { threadId: turn.threadId });
      const wrong = { filters: [], filterOptions: [{ filterId: 'hypercall', condition: 'console_oi' }] };
      await client.body('setExceptionBreakpoints', wrong);
    }));

  it('stops at what a client has chosen in a tree of exceptions', () =>
    holdSession('exception-options', async (client) => {
      await client.launch(twoMiniOs);
      const inTree = (...path: string[]) => path.map((name) => ({ names: [name] }));
      await client.body('setExceptionBreakpoints', {
        filters: [],
        exceptionOptions: [
          { path: inTree('hypercall'), breakMode: 'always' },
          { path: [{ names: ['hypercall'] }, { names: ['console_io', 'sched_op'], negate: true }], breakMode: 'never' },
          { path: inTree('hypercall', 'console_oi'), breakMode: 'always' },
          { path: inTree('upcall'), breakMode: 'userUnhandled' },
        ],
      });
      const { threadId } = await client.until('configurationDone');
      await client.until('continue', { threadId });
      await client.send('setExceptionBreakpoints', { filters: [], exceptionOptions: [{ breakMode: 'sometimes' }] });
    }));

  it('stops at a system call, its upcall and a guest fault of a user process', () =>
    holdSession('user-process', async (client) => {
      await client.launch({ hypervisor: 'builtin:xen', domains: [{ name: 'processes', kernel: 'builtin:proc-os' }] });
      await client.body('setExceptionBreakpoints', { filters: ['systemCall'], filterOptions: [] });
      let stop = await client.until('configurationDone');
      for (const filter of ['upcall', 'guestFault']) {
        await stackOf(client, stop.threadId);
        await client.body('exceptionInfo', { threadId: stop.threadId });
        await client.body('setExceptionBreakpoints', { filters: [filter], filterOptions: [] });
        stop = await client.until('continue', { threadId: stop.threadId });
      }
      const [top] = await stackOf(client, stop.threadId);
      await client.body('exceptionInfo', { threadId: stop.threadId });
      await variablesOf(client, top.id, 'Virtual registers');
    }));

  it('shows an unknown function as unverified with its reason, and a breakpoint by condition', () =>
    holdSession('conditions', async (client) => {
      await client.launch(twoMiniOs);
      await client.body('setFunctionBreakpoints', {
        breakpoints: [{ name: 'vector_swy' }, { name: 'do_console_io', condition: 'count > 8', hitCondition: '2' }],
      });
      const { threadId } = await client.until('configurationDone');
      const [top] = await stackOf(client, threadId);
      await client.body('evaluate', { expression: 'count', frameId: top.id, context: 'watch' });
      await client.send('evaluate', { expression: 'no_such_thing', frameId: top.id, context: 'watch' });
      await variablesOf(client, top.id, 'Locals');
    }));

  it('lets one domain run alone, and destroys one', () =>
    holdSession('domain-control', async (client) => {
      await client.launch({ ...twoMiniOs, stopOnEntry: 'Domain-1' });
      const { threadId } = await client.until('configurationDone');
      await setFunctions(client, 'printk');
      await client.until('continue', { threadId, singleThread: true });
      await client.until('continue', { threadId, singleThread: true });
      await setFunctions(client);
      await client.until('terminateThreads', { threadIds: [threadId] });
      const { threads } = await client.body<DebugProtocol.ThreadsResponse['body']>('threads');
      assert.ok(!threads.some(({ id }) => id === threadId));
      const refused = await client.send('terminateThreads', { threadIds: [] });
      assert.equal(refused.success, false);
    }));

  it('shows the devices of the board, and writes one of their registers', () =>
    holdSession('devices', async (client) => {
      await client.launch({ kernel: 'builtin:mini-os-native' });
      await setFunctions(client, 'unit_task');
      const { threadId } = await client.until('configurationDone');
      const [top] = await stackOf(client, threadId);
      // Only those that stand first on every goldfish, whatever else the board has.
      const devices = await variablesOf(client, top.id, 'Devices', { start: 0, count: 3 });
      const open = async (name: string) => {
        const { variablesReference } = devices.find((device) => device.name === name)!;
        await client.body('variables', { variablesReference });
        return variablesReference;
      };
      const controller = await open('goldfish_interrupt_controller');
      const timer = await open('goldfish_timer');
      const refused = { variablesReference: timer, name: 'TIME_LOW', value: '1' };
      await client.send('setVariable', refused);
      await client.send('setVariable', { variablesReference: controller, name: 'DISABLE_ALL', value: '1' });
      await client.body('evaluate', { expression: '$goldfish_interrupt_controller.STATUS', frameId: top.id });
      await client.body('completions', { text: '$goldfish_timer.TIME', column: 21 });
    }));

  it('restarts to the same state with the same breakpoints', () =>
    holdSession('restart', async (client) => {
      await client.launch(twoMiniOs);
      await setFunctions(client, 'do_upcall');
      const first = await client.until('configurationDone');
      const before = await stackOf(client, first.threadId);
      const second = await client.until('restart');
      const after = await stackOf(client, second.threadId);
      const places = (stack: DebugProtocol.StackFrame[]) => stack.map(({ name, line }) => [name, line]);
      assert.deepEqual(places(after), places(before));
    }));

  it('debugs a kernel without a hypervisor', () =>
    holdSession('native', async (client) => {
      await client.launch({ kernel: 'builtin:mini-os-native' });
      await setFunctions(client, 'unit_task');
      const { threadId } = await client.until('configurationDone');
      await client.body('threads');
      const [top] = await stackOf(client, threadId);
      await variablesOf(client, top.id, 'Registers');
      await client.body('disassemble', {
        memoryReference: top.instructionPointerReference,
        instructionOffset: -2,
        instructionCount: 6,
        resolveSymbols: true,
      });
      await client.until('next', { threadId, granularity: 'line' });
      await client.until('next', { threadId, granularity: 'line' });
    }));

  it('stops at data breakpoints on a variable, on an address and on a register', () =>
    holdSession('data-breakpoints', async (client) => {
      await client.launch({ ...twoMiniOs, stopOnEntry: true });
      await client.until('configurationDone');
      await setFunctions(client, 'dom1:run_workload');
      const { threadId } = await client.until('continue', { threadId: 1 });
      await setFunctions(client);
      const [top] = await stackOf(client, threadId);
      const info = (name: string, more: object = {}): Promise<{ dataId: string }> =>
        client.body('dataBreakpointInfo', { name, frameId: top!.id, ...more });
      const ticks = await info('dom1:tick_count');
      const address = await info('dom1:0xfbf01000', { asAddress: true, bytes: 16, mode: 'domain' });
      const register = await info('$sp');
      await info('1 + 2');
      const watch = (dataId: string, accessType: string): Promise<unknown> =>
        client.body('setDataBreakpoints', { breakpoints: [{ dataId, accessType }] });
      for (const [dataId, accessType] of [
        [ticks.dataId, 'write'],
        [address.dataId, 'readWrite'],
        [register.dataId, 'write'],
      ] as const) {
        await watch(dataId, accessType);
        await client.until('continue', { threadId });
      }
      assert.equal((await client.send('setDataBreakpoints', { breakpoints: [{ dataId: 'nonsense' }] })).success, false);
    }));

  it('shows numbers and frames in the notation that is asked for, and a whole structure for the clipboard', () =>
    holdSession('formats', async (client) => {
      await client.launch({ ...twoMiniOs, stopOnEntry: true });
      await client.until('configurationDone');
      await setFunctions(client, 'dom1:create_thread');
      const { threadId } = await client.until('continue', { threadId: 1 });
      const [top] = await stackOf(client, threadId);
      const frameId = top!.id;
      const everything = { parameters: true, parameterTypes: true, parameterNames: true, line: true, module: true };
      await client.body('stackTrace', {
        threadId,
        levels: 2,
        format: { ...everything, parameterValues: true, hex: true },
      });
      await client.body('evaluate', { frameId, expression: 'sizeof(struct thread)', format: { hex: true } });
      await client.body('evaluate', { frameId, expression: 'boot_thread.flags,b' });
      await client.body('evaluate', { frameId, expression: 'boot_thread', context: 'clipboard' });
      const { scopes } = (await client.body('scopes', { frameId })) as unknown as Scopes;
      await client.body('variables', { variablesReference: scopes[0]!.variablesReference, format: { hex: true } });
    }));

  it('continues at another line of the same function, and at no other', () =>
    holdSession('goto', async (client) => {
      await client.launch({ ...twoMiniOs, stopOnEntry: true });
      await client.until('configurationDone');
      await setFunctions(client, 'dom1:run_workload');
      const { threadId } = await client.until('continue', { threadId: 1 });
      const [top, caller] = await stackOf(client, threadId);
      const targetsOf = async (frame: DebugProtocol.StackFrame, line: number): Promise<DebugProtocol.GotoTarget[]> =>
        (
          (await client.body('gotoTargets', { source: frame.source, line })) as unknown as {
            targets: DebugProtocol.GotoTarget[];
          }
        ).targets;
      const [target] = await targetsOf(top!, top!.line + 3);
      const stopped = client.nextEvent('stopped');
      await client.body('goto', { threadId, targetId: target!.id });
      await stopped;
      assert.equal((await stackOf(client, threadId))[0]!.line, target!.line);
      const [elsewhere] = await targetsOf(caller!, caller!.line);
      assert.equal((await client.send('goto', { threadId, targetId: elsewhere!.id })).success, false);
    }));
});
