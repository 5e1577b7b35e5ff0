/** Exceptions chosen in a tree: what an option stands for, and where the machine stops for it. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { filtersOf } from '../../src/debugger/breakpoints/exceptionOptions';
import { exceptionFilters } from '../../src/debugger/exceptionFilters';
import type { ExceptionOption } from '../../src/debugger/types';
import { session, withProcess } from './support/session';

const always = (...path: NonNullable<ExceptionOption['path']>): ExceptionOption => ({ path, breakMode: 'always' });
const never = (...path: NonNullable<ExceptionOption['path']>): ExceptionOption => ({ path, breakMode: 'never' });
const names = (...all: string[]) => ({ names: all });
const but = (...all: string[]) => ({ names: all, negate: true });

describe('An exception option', () => {
  it('without a path stands for every filter that a client is offered', () => {
    const ids = exceptionFilters.map(({ id }) => ({ id }));
    assert.deepEqual(filtersOf({ breakMode: 'always' }, []), ids);
    assert.deepEqual(
      filtersOf(always(but('coherence', 'hypercall')), []),
      ids.filter(({ id }) => id !== 'coherence' && id !== 'hypercall'),
    );
  });

  it('names filters, and below them values of what each is about', () => {
    assert.deepEqual(filtersOf(always(names('upcall', 'firstTouch')), []), [{ id: 'upcall' }, { id: 'firstTouch' }]);
    assert.deepEqual(filtersOf(always(names('hypercall'), names('console_io', '0x10')), []), [
      { id: 'hypercall', condition: '(console_io || nr == 0x10)' },
    ]);
    assert.deepEqual(filtersOf(always(names('domainSwitch'), but('idle')), []), [
      { id: 'domainSwitch', condition: '!(idle)' },
    ]);
  });

  it('gives way to what a later one never breaks at, and to nothing else', () => {
    const hypercalls = always(names('hypercall', 'upcall'));
    assert.deepEqual(filtersOf(hypercalls, [never(names('hypercall'))]), [{ id: 'upcall' }]);
    assert.deepEqual(filtersOf(hypercalls, [{ breakMode: 'never' }]), []);
    assert.deepEqual(filtersOf(hypercalls, [never(names('hypercall'), names('console_io')), always(names('event'))]), [
      { id: 'hypercall', condition: '!(console_io)' },
      { id: 'upcall' },
    ]);
    assert.deepEqual(filtersOf(never(names('hypercall')), []), []);
  });

  it('that leads nowhere is refused in words', () => {
    const refusal = (option: ExceptionOption, words: RegExp) => assert.throws(() => filtersOf(option, []), words);
    refusal(always(names('hypercal')), /no exception filter "hypercal": did you mean hypercall\?/);
    refusal(always(names('hypercall'), names('console_oi')), /did you mean console_io\?/);
    // An operation of a hypercall is no hypercall.
    refusal(always(names('hypercall'), names('bind_virq')), /write a number that `nr` can have/);
    refusal(always(names('hypercall'), names('nr == 1 || 1')), /knows no "nr == 1 \|\| 1"/);
    refusal(always(names('hypercall'), names('18'), names('1')), /two parts at most/);
    refusal({ breakMode: 'unhandled' }, /choose "always" or "never"/);
  });
});

describe('A machine whose exceptions were chosen in a tree', function () {
  this.timeout(60_000);

  it('stops once for each option, and says which filters of it cannot be', async () => {
    const engine = await session(withProcess);
    const states = engine.setExceptionFilters([
      { breakMode: 'always' },
      never(names('hypercall', 'upcall', 'domainSwitch')),
      always(names('hypercall'), names('console_io')),
      always(names('guestFault'), names('data_abrt')),
    ]);
    assert.deepEqual(
      states.map(({ verified }) => verified),
      [true, true, true, false],
    );
    assert.match(states[0]!.message!, /^"Coherence: stale data read" needs/);
    assert.match(states[3]!.message!, /did you mean data_abort/);
    const first = await engine.resume();
    assert.match(first.description, /^Hypercall console_io/);
    assert.deepEqual(first.breakpointIds, [states[2]!.id]);
    engine.setExceptionFilters([always(names('systemCall', 'guestFault'))]);
    assert.match((await engine.resume()).description, /^(System call|Data abort|Prefetch abort|Undefined)/);
    engine.dispose();
  });
});
