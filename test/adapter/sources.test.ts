/** What the line tables of real images say through the protocol. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describe, it } from 'mocha';
import { DapClient } from '../support/dapClient';
import { firmwareSource } from '../support/firmwareSource';

describe('sources', () => {
  it('name the lines that have code, the files of all images, and their text', async () => {
    const client = new DapClient();
    try {
      await client.launch({ hypervisor: 'builtin:xen', domains: [{ kernel: 'builtin:mini-os' }], stopOnEntry: true });
      const first = firmwareSource('mini-os/kernel/unit_task.c', /round = 0/);
      const last = firmwareSource('mini-os/kernel/unit_task.c', /schedule\(\);/);
      const { path } = first;
      const { breakpoints } = await client.body<DebugProtocol.BreakpointLocationsResponse['body']>(
        'breakpointLocations',
        {
          source: { path },
          line: 1,
          endLine: 100000,
        },
      );
      const lines = breakpoints.map(({ line }) => line);
      assert.ok(lines.includes(first.line) && lines.includes(last.line), `code on ${lines.join(', ')}`);
      assert.ok(!lines.includes(1), 'a comment has no code');
      const { sources } = await client.body<DebugProtocol.LoadedSourcesResponse['body']>('loadedSources');
      assert.ok(sources.some((source) => source.path === path));
      const { content } = await client.body<DebugProtocol.SourceResponse['body']>('source', {
        source: { path },
        sourceReference: 0,
      });
      assert.match(content, /void unit_task/);
      const other = await client.send('source', { source: { path: '/etc/hostname' }, sourceReference: 0 });
      assert.match(other.message!, /is not a source of any loaded image/);
    } finally {
      await client.close();
    }
  });
});
