/** Which file of the debug information a path from an editor means. */
import assert from 'node:assert/strict';
import { joinPath, meansFile, normalisePath } from '../../src/image/dwarf/paths';

describe('File names', () => {
  it('takes equal paths, and relative paths that the other ends with', () => {
    assert.ok(meansFile('/home/me/os/main.c', '/home/me/os/main.c'));
    assert.ok(meansFile('main.c', '/home/me/os/main.c'));
    assert.ok(meansFile('os/main.c', '/home/me/os/main.c'));
    assert.ok(meansFile('/home/me/os/main.c', 'os/main.c'));
    assert.ok(!meansFile('s/main.c', '/home/me/os/main.c'));
    assert.ok(!meansFile('Main.c', '/home/me/os/main.c'));
  });

  it('finds the built-in firmware wherever the installation is', () => {
    const recorded = '/armvisor/firmware/xen/arch/arm/xen/entry.S';
    assert.ok(meansFile('/opt/extensions/armvisor-0.1.0/firmware/xen/arch/arm/xen/entry.S', recorded));
    assert.ok(meansFile('entry.S', recorded));
    assert.ok(!meansFile('/opt/other/entry.S', recorded));
  });

  it('keeps files of two programs apart that merely have the same ending', () => {
    assert.ok(!meansFile('/home/me/xen/arch/arm/setup.c', '/home/me/mini-os/arch/arm/setup.c'));
    assert.ok(!meansFile('/opt/x/firmware/mini-os/kernel/main.c', '/armvisor/firmware/xen/kernel/main.c'));
  });

  it('joins and normalises, Windows paths too', () => {
    assert.equal(joinPath('/a/b', '../c/./d.c'), '/a/c/d.c');
    assert.equal(joinPath('/a/b', '/x/d.c'), '/x/d.c');
    assert.equal(joinPath('', 'd.c'), 'd.c');
    assert.equal(joinPath('C:\\work', 'src\\main.c'), 'C:/work/src/main.c');
    assert.equal(joinPath('C:/work', 'D:/other/main.c'), 'D:/other/main.c');
    assert.equal(normalisePath('/a//b/../../..'), '/');
    assert.equal(normalisePath('../x/../y'), '../y');
  });
});
