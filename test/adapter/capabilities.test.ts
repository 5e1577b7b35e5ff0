/** Capabilities cannot lie: each belongs to a request that is answered, and the pages in docs/ say what the tables say. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { dapDocumentation } from '../../src/adapter/dapDocumentation';
import { launchDocumentation } from '../../src/adapter/launchConfiguration/documentation';
import { configurationAttributes } from '../../src/adapter/launchConfiguration/schema';
import { tickModelDocumentation } from '../../src/adapter/tickModelDocumentation';
import { requestHandlers } from '../../src/adapter/requests/table';
import { exceptionFilters } from '../../src/debugger/exceptionFilters';
import { SessionClient } from '../support/sessionClient';
import { holdPage } from '../support/goldenText';

/**
 * Which request a client may send because of a capability (DAP 1.68). Capabilities that only change the arguments of a request stand
 * with that request.
 */
const requestOfCapability: Readonly<Record<string, string>> = {
  supportsConfigurationDoneRequest: 'configurationDone',
  supportsFunctionBreakpoints: 'setFunctionBreakpoints',
  supportsConditionalBreakpoints: 'setBreakpoints',
  supportsHitConditionalBreakpoints: 'setBreakpoints',
  supportsLogPoints: 'setBreakpoints',
  supportsEvaluateForHovers: 'evaluate',
  exceptionBreakpointFilters: 'setExceptionBreakpoints',
  supportsExceptionFilterOptions: 'setExceptionBreakpoints',
  supportsExceptionOptions: 'setExceptionBreakpoints',
  supportsSetVariable: 'setVariable',
  supportsSetExpression: 'setExpression',
  supportsCompletionsRequest: 'completions',
  completionTriggerCharacters: 'completions',
  supportsModulesRequest: 'modules',
  supportsRestartRequest: 'restart',
  supportsExceptionInfoRequest: 'exceptionInfo',
  supportTerminateDebuggee: 'disconnect',
  supportsDelayedStackTraceLoading: 'stackTrace',
  supportsLoadedSourcesRequest: 'loadedSources',
  supportsTerminateRequest: 'terminate',
  supportsReadMemoryRequest: 'readMemory',
  supportsWriteMemoryRequest: 'writeMemory',
  supportsDisassembleRequest: 'disassemble',
  supportsCancelRequest: 'cancel',
  supportsBreakpointLocationsRequest: 'breakpointLocations',
  supportsStepBack: 'reverseContinue',
  supportsSteppingGranularity: 'next',
  supportsStepInTargetsRequest: 'stepInTargets',
  supportsSingleThreadExecutionRequests: 'continue',
  supportsTerminateThreadsRequest: 'terminateThreads',
  supportsRestartFrame: 'restartFrame',
  supportedChecksumAlgorithms: 'stackTrace',
  supportsInstructionBreakpoints: 'setInstructionBreakpoints',
  supportsValueFormattingOptions: 'variables',
  supportsANSIStyling: 'initialize',
  supportsClipboardContext: 'evaluate',
  additionalModuleColumns: 'modules',
  supportsGotoTargetsRequest: 'gotoTargets',
  supportsDataBreakpoints: 'setDataBreakpoints',
  supportsDataBreakpointBytes: 'dataBreakpointInfo',
  breakpointModes: 'dataBreakpointInfo',
};

describe('capabilities', () => {
  it('are exactly those whose request has a handler', async () => {
    const announced = await new SessionClient().body<object>('initialize', { adapterID: 'armvisor' });
    const commands = new Set(requestHandlers.map(({ command }) => command));
    const due = Object.entries(requestOfCapability).filter(([, command]) => commands.has(command));
    assert.deepEqual(Object.keys(announced).sort(), due.map(([capability]) => capability).sort());
    for (const [capability, command] of Object.entries(requestOfCapability)) {
      const handler = requestHandlers.find((each) => each.command === command);
      assert.ok(handler && capability in handler.capabilities([]), `${capability} comes from ${command}`);
    }
  });

  it('come from requests that are listed once each', () => {
    const commands = requestHandlers.map(({ command }) => command);
    assert.equal(new Set(commands).size, commands.length);
  });
});

describe('generated pages', () => {
  it('docs/dap.md says what the request table says', async () => {
    await holdPage('docs/dap.md', dapDocumentation(requestHandlers, exceptionFilters));
  });

  it('docs/launch-configuration.md says what the attribute table says', async () => {
    await holdPage('docs/launch-configuration.md', launchDocumentation());
  });

  it('docs/tick-models.md says what the table of parameters says', async () => {
    await holdPage('docs/tick-models.md', tickModelDocumentation());
  });

  it('package.json carries the schema of the attribute table', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      contributes?: { debuggers?: { type: string; configurationAttributes: unknown }[] };
    };
    const ours = manifest.contributes?.debuggers?.find(({ type }) => type === 'armvisor');
    assert.deepEqual(ours?.configurationAttributes, JSON.parse(JSON.stringify(configurationAttributes())));
  });
});
