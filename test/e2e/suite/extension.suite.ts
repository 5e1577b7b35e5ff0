// The extension in a real VS Code: activation, a whole debug session, commands. Each test goes on where the last one stood.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { MemoryMapBody, PermissionsBody } from '../../../src/adapter/viewProtocol';
import { activeSession, SessionWatch, stackOf, variablesOf, webviewOpened } from './session';

const extensionId = 'armvisor.armvisor';

export function registerSuite(): void {
  describe('The extension in VS Code', () => {
    const extension = vscode.extensions.getExtension(extensionId)!;
    let watch: SessionWatch;

    before(() => {
      watch = new SessionWatch();
      vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    });
    after(async () => {
      await vscode.debug.stopDebugging();
      watch.dispose();
    });

    it('sleeps until someone debugs, although ARM assembly is open', async () => {
      const firmware = vscode.workspace.workspaceFolders!.find(({ name }) => name === 'firmware')!;
      const entry = vscode.Uri.joinPath(firmware.uri, 'xen/arch/arm/xen/entry.S');
      const document = await vscode.workspace.openTextDocument(entry);
      await vscode.window.showTextDocument(document);
      assert.equal(document.languageId, 'arm-assembly');
      assert.equal(extension.isActive, false);
    });

    it('starts "Xen with two mini-OS domains" and stops on entry in the hypervisor', async () => {
      const folder = vscode.workspace.workspaceFolders!.find(({ name }) => name === 'two-domains');
      const stopped = watch.nextStop();
      assert.ok(await vscode.debug.startDebugging(folder, 'Xen with two mini-OS domains'));
      const { reason, threadId } = await stopped;
      assert.equal(extension.isActive, true);
      assert.equal(reason, 'entry');
      const [top] = await stackOf(threadId!);
      assert.match(top!.source?.path ?? '', /firmware\/xen\/.*start\.S$/);
    });

    for (const name of ['vector_swi', 'do_upcall']) {
      it(`hits a function breakpoint on ${name}`, async () => {
        vscode.debug.addBreakpoints([new vscode.FunctionBreakpoint(name)]);
        const stopped = watch.nextStop();
        await vscode.commands.executeCommand('workbench.action.debug.continue');
        const { reason, threadId } = await stopped;
        assert.equal(reason, 'function breakpoint');
        const [top] = await stackOf(threadId!);
        assert.equal(top!.name, name);
        vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
      });
    }

    it('has a thread for the virtual CPU of each domain, each with a stack', async () => {
      const { threads } = (await activeSession().customRequest('threads')) as DebugProtocol.ThreadsResponse['body'];
      for (const domain of ['Domain-0', 'Domain-1']) {
        const thread = threads.find(({ name }) => name.includes(domain));
        assert.ok(thread !== undefined, `${domain} is not among ${threads.map(({ name }) => name).join(', ')}`);
        assert.ok((await stackOf(thread.id)).length > 0, domain);
      }
    });

    it('shows the virtual registers of the guest', async () => {
      const { threads } = (await activeSession().customRequest('threads')) as DebugProtocol.ThreadsResponse['body'];
      const guest = threads.find(({ name }) => name.includes('Domain-0'))!;
      const frames = await stackOf(guest.id);
      const frame = frames.find(({ presentationHint }) => presentationHint !== 'label')!;
      const names = (await variablesOf(frame.id, 'Virtual registers')).map(({ name }) => name);
      for (const name of ['VPSR', 'VSP', 'VKSP', 'VUSP', 'VDACR', 'VFAR', 'VFSR'])
        assert.ok(names.includes(name), name);
    });

    it('shows the devices of the board with their registers', async () => {
      const { threads } = (await activeSession().customRequest('threads')) as DebugProtocol.ThreadsResponse['body'];
      const [frame] = (await stackOf(threads[0]!.id)).filter(({ presentationHint }) => presentationHint !== 'label');
      const devices = await variablesOf(frame!.id, 'Devices');
      const timer = devices.find(({ name }) => name === 'goldfish_timer')!;
      assert.equal(timer.value, '0xff003000, irq 3');
      const { variables } = (await activeSession().customRequest('variables', {
        variablesReference: timer.variablesReference,
      })) as DebugProtocol.VariablesResponse['body'];
      assert.match(variables.find(({ name }) => name === 'TIME_LOW')!.value, /^0x[0-9a-f]{8}$/);
    });

    it('answers for the memory map of each domain', async () => {
      for (const space of ['xen', 'dom0', 'dom1']) {
        const map = (await activeSession().customRequest('armvisor/memoryMap', { space })) as MemoryMapBody;
        assert.equal(map.space, space);
        const image = map.regions.find(({ owner }) => owner === 'Xen image');
        assert.equal(image?.access.user, '-', `${space}: the hypervisor is closed to users`);
      }
      const map = (await activeSession().customRequest('armvisor/memoryMap', { space: 'dom1' })) as MemoryMapBody;
      const kernel = map.regions.filter(({ area }) => area === 'Guest kernel');
      assert.ok(kernel.some(({ owner, mmuDomain }) => owner === 'Domain-1' && mmuDomain === 1));
      assert.ok(kernel.every(({ owner }) => owner !== 'Domain-0'));
    });

    it('explains why a user process may not write to its kernel', async () => {
      const query = { address: 'dom1:0xC0008000', access: 'write', as: 'user' };
      const { walk, columns } = (await activeSession().customRequest('armvisor/permissions', query)) as PermissionsBody;
      assert.equal(walk?.allowed, false);
      assert.match(walk.sentences.join('\n'), /L1\[0xC00\]/);
      assert.match(walk.sentences.at(-1)!, /user write denied/i);
      assert.deepEqual(
        columns.map(({ title }) => title),
        ['Hypervisor', 'Domain-0 kernel', 'Domain-0 user', 'Domain-1 kernel', 'Domain-1 user'],
      );
    });

    it('opens its views by commands', async () => {
      await vscode.commands.executeCommand('armvisor.showMemoryMap');
      await webviewOpened('armvisor.memoryMap');
      await vscode.commands.executeCommand('armvisor.showPermissions');
      await webviewOpened('armvisor.permissions');
      await vscode.commands.executeCommand('armvisor.showDisplay');
      await webviewOpened('armvisor.display');
    });

    it('ends the session when it is stopped', async () => {
      const ended = new Promise<void>((resolve) => vscode.debug.onDidTerminateDebugSession(() => resolve()));
      await vscode.debug.stopDebugging();
      await ended;
      assert.equal(vscode.debug.activeDebugSession, undefined);
    });
  });
}
