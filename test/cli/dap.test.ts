/** `armvisor dap`: on stdio it ends with its session; on a port it serves one session for each connection. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'mocha';
import { armvisor } from '../support/cli';
import { cliArguments, DapClient } from '../support/dapClient';

const frame = (message: object): string => {
  const text = JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
};
const initialize = frame({ seq: 1, type: 'request', command: 'initialize', arguments: { adapterID: 'armvisor' } });
const disconnect = frame({ seq: 2, type: 'request', command: 'disconnect' });

describe('armvisor dap', () => {
  it('ends after disconnect with code 0', async () => {
    const client = new DapClient();
    await client.body('initialize', { adapterID: 'armvisor' });
    await client.close();
    assert.equal(await client.exited, 0);
  });

  it('answers what was sent before its input closed', async () => {
    const { code, stdout, stderr } = await armvisor(['dap'], undefined, initialize);
    assert.match(stdout, /"command":"initialize","success":true/);
    assert.deepEqual([code, stderr], [0, '']);
  });

  it('serves several clients on a port of the loopback interface', async () => {
    const server = spawn(process.execPath, [...cliArguments, 'dap', '--port', '0']);
    try {
      const [line] = (await once(server.stderr, 'data')) as [Buffer];
      const port = Number(/on 127\.0\.0\.1:(\d+)/.exec(line.toString())?.[1]);
      const talk = async (): Promise<string> => {
        const socket = connect(port, '127.0.0.1');
        let text = '';
        socket.on('data', (bytes) => (text += bytes.toString()));
        socket.write(initialize + disconnect);
        await once(socket, 'close');
        return text;
      };
      for (const text of await Promise.all([talk(), talk()])) {
        assert.match(text, /"command":"initialize","success":true/);
        assert.match(text, /"command":"disconnect","success":true/);
      }
    } finally {
      server.kill();
      await once(server, 'exit');
    }
  });
});
