/** What QEMU needs for recording and replaying (`-icount rr=`): an empty disk that takes its snapshots. */

const CLUSTER_BITS = 16;
const CLUSTER = 1 << CLUSTER_BITS;
const DISK_BYTES = 1 << 20;

/** An empty disk in QEMU's format, version 2: header, reference counts in a table of one block, and the table of its clusters. */
export function emptySnapshotDisk(): Uint8Array {
  const [countTable, countBlock, clusterTable] = [CLUSTER, 2 * CLUSTER, 3 * CLUSTER];
  const file = Buffer.alloc(4 * CLUSTER);
  file.write('QFI\u00fb', 0, 'latin1');
  file.writeUInt32BE(2, 4);
  file.writeUInt32BE(CLUSTER_BITS, 20);
  file.writeUInt32BE(DISK_BYTES, 28);
  file.writeUInt32BE(1, 36);
  file.writeUInt32BE(clusterTable, 44);
  file.writeUInt32BE(countTable, 52);
  file.writeUInt32BE(1, 56);
  file.writeUInt32BE(countBlock, countTable + 4);
  for (let cluster = 0; cluster < 4; cluster++) file.writeUInt16BE(1, countBlock + 2 * cluster);
  return file;
}
