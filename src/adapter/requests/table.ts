/** Every request that Armvisor answers, in the order of docs/dap.md. Adding a request means adding its file and a line here. */
import { breakpointLocations, loadedSources, source } from './sources';
import { cancel } from './cancel';
import { completions } from './completions';
import { configurationDone } from './configurationDone';
import { consoleInput } from './consoleInput';
import { continueRequest } from './continue';
import { dataBreakpointInfo, setDataBreakpoints } from './dataBreakpoints';
import { disassemble } from './disassemble';
import { disconnect } from './disconnect';
import { display } from './display';
import { evaluate } from './evaluate';
import { exceptionInfo } from './exceptionInfo';
import { goto, gotoTargets } from './goto';
import { initialize } from './initialize';
import { input } from './input';
import { attach, launch } from './launch';
import { memoryMap } from './memoryMap';
import { modules } from './modules';
import { pause } from './pause';
import { permissions } from './permissions';
import { readMemory, writeMemory } from './memory';
import { restart } from './restart';
import { reverseContinue } from './reverseContinue';
import { restartFrame } from './restartFrame';
import { scopes } from './scopes';
import { setBreakpoints } from './setBreakpoints';
import { setExceptionBreakpoints } from './setExceptionBreakpoints';
import { setExpression } from './setExpression';
import { setFunctionBreakpoints } from './setFunctionBreakpoints';
import { setInstructionBreakpoints } from './setInstructionBreakpoints';
import { setVariable } from './setVariable';
import { stackTrace } from './stackTrace';
import { stepBack } from './stepBack';
import { stepInTargets } from './stepInTargets';
import { steps } from './step';
import { terminate } from './terminate';
import { terminateThreads } from './terminateThreads';
import { threads } from './threads';
import { variables } from './variables';
import type { RequestHandler } from './handler';

export const requestHandlers: readonly RequestHandler[] = [
  initialize,
  launch,
  attach,
  configurationDone,
  setBreakpoints,
  setFunctionBreakpoints,
  setInstructionBreakpoints,
  setExceptionBreakpoints,
  dataBreakpointInfo,
  setDataBreakpoints,
  breakpointLocations,
  threads,
  stackTrace,
  scopes,
  variables,
  setVariable,
  setExpression,
  evaluate,
  completions,
  exceptionInfo,
  continueRequest,
  ...steps,
  stepInTargets,
  gotoTargets,
  goto,
  stepBack,
  restartFrame,
  reverseContinue,
  pause,
  readMemory,
  writeMemory,
  disassemble,
  modules,
  loadedSources,
  source,
  terminateThreads,
  memoryMap,
  permissions,
  restart,
  terminate,
  disconnect,
  cancel,
  // Beyond DAP (docs/protocol.md).
  consoleInput,
  display,
  input,
];
