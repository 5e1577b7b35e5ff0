/**
 * The registers of the SMSC LAN91C111, revision D (SMSC data sheet DS-00002276, chapter 8), in four banks of 16 bytes. The chip decodes
 * 16 bytes and a bank select at +0xE; here bank n is written as offsets n * 0x100 .. n * 0x100 + 0xF, so that all of
 * them can be shown at once.
 */

import { declareDevice } from './registerTable';

export const BANK_STRIDE = 0x100;
const at = (bank: number, offset: number): number => bank * BANK_STRIDE + offset;

export const smc91c111Table = declareDevice({
  name: 'smc91x',
  doc: 'Ethernet controller SMSC LAN91C111: 16 bytes in four banks; BANK_SELECT, at 0xE in each, says which one answers. Offset 0x208 of this page is offset 8 of bank 2.',
  windowBytes: 0x1000,
  registers: {
    TCR: {
      offset: at(0, 0),
      access: 'rw',
      doc: 'Transmit control.',
      fields: [
        { name: 'TXENA', high: 0, low: 0, doc: 'Transmitter on' },
        { name: 'LOOP', high: 1, low: 1, doc: 'Loops back outside' },
        { name: 'PAD_EN', high: 7, low: 7, doc: 'Short frames are padded' },
        { name: 'NOCRC', high: 8, low: 8, doc: 'No CRC is appended' },
        { name: 'FDUPLX', high: 11, low: 11, doc: 'Full duplex' },
        { name: 'EPH_LOOP', high: 13, low: 13, doc: 'Loops back inside' },
        { name: 'SWFDUP', high: 15, low: 15, doc: 'Switched full duplex' },
      ],
    },
    EPH_STATUS: {
      offset: at(0, 2),
      access: 'r',
      reset: 0x4000,
      doc: 'How the last frame was sent.',
      fields: [
        { name: 'TX_SUC', high: 0, low: 0, doc: 'Sent' },
        { name: 'LINK_OK', high: 14, low: 14, doc: 'There is a link' },
      ],
    },
    RCR: {
      offset: at(0, 4),
      access: 'rw',
      doc: 'Receive control.',
      fields: [
        { name: 'PRMS', high: 1, low: 1, doc: 'Takes all frames' },
        { name: 'ALMUL', high: 2, low: 2, doc: 'Takes all multicast frames' },
        { name: 'RXEN', high: 8, low: 8, doc: 'Receiver on' },
        { name: 'STRIP_CRC', high: 9, low: 9, doc: 'CRC is not kept' },
        { name: 'SOFT_RST', high: 15, low: 15, doc: 'Resets the chip' },
      ],
    },
    COUNTER: { offset: at(0, 6), access: 'r', doc: 'Collisions; there are none.' },
    MIR: {
      offset: at(0, 8),
      access: 'r',
      reset: 0x0404,
      doc: 'Packet memory.',
      fields: [
        { name: 'SIZE', high: 7, low: 0, doc: 'All of it, in units of 2 KB' },
        { name: 'FREE', high: 15, low: 8, doc: 'Free, in units of 2 KB' },
      ],
    },
    RPCR: { offset: at(0, 0xa), access: 'rw', doc: 'Speed, duplex and what the LEDs show; kept.' },
    CONFIG: { offset: at(1, 0), access: 'rw', reset: 0xa0b1, doc: 'Configuration; kept.' },
    BASE: { offset: at(1, 2), access: 'rw', doc: 'ISA base address; kept. 0: the board decides where the chip is.' },
    IA: { offset: at(1, 4), access: 'rw', count: 3, stride: 2, doc: 'Ethernet address, two bytes each.' },
    GENERAL: { offset: at(1, 0xa), access: 'rw', doc: 'General purpose; kept.' },
    CONTROL: {
      offset: at(1, 0xc),
      access: 'rw',
      reset: 0x1210,
      doc: 'Control.',
      fields: [
        { name: 'STORE', high: 0, low: 0, doc: 'Stores to the EEPROM; at once' },
        { name: 'RELOAD', high: 1, low: 1, doc: 'Reloads from the EEPROM; at once' },
        { name: 'AUTO_RELEASE', high: 11, low: 11, doc: 'Sent packets are released without asking' },
      ],
    },
    MMU_COMMAND: {
      offset: at(2, 0),
      access: 'w',
      doc: 'Memory management.',
      fields: [
        {
          name: 'COMMAND',
          high: 7,
          low: 5,
          doc: 'What to do',
          values: {
            0: 'nothing',
            1: 'allocate for sending',
            2: 'reset',
            3: 'remove from the receive FIFO',
            4: 'remove and release',
            5: 'release the packet of PNR',
            6: 'enqueue the packet of PNR',
            7: 'reset the transmit FIFOs',
          },
        },
      ],
    },
    MMU_BUSY: { offset: at(2, 0), access: 'r', doc: 'Bit 0: busy; never.' },
    PNR_ARR: {
      offset: at(2, 2),
      access: 'rw',
      reset: 0x8000,
      doc: 'Packet number, and result of the allocation.',
      fields: [
        { name: 'PNR', high: 5, low: 0, doc: 'Packet that is accessed' },
        { name: 'ALLOCATED', high: 13, low: 8, doc: 'Packet that was allocated' },
        { name: 'FAILED', high: 15, low: 15, doc: 'None was' },
      ],
    },
    FIFO_PORTS: {
      offset: at(2, 4),
      access: 'r',
      reset: 0x8080,
      doc: 'First packets of the FIFOs.',
      fields: [
        { name: 'TX_DONE', high: 5, low: 0, doc: 'Packet that was sent' },
        { name: 'TX_EMPTY', high: 7, low: 7, doc: 'There is none' },
        { name: 'RX', high: 13, low: 8, doc: 'Packet that has come' },
        { name: 'RX_EMPTY', high: 15, low: 15, doc: 'There is none' },
      ],
    },
    POINTER: {
      offset: at(2, 6),
      access: 'rw',
      doc: 'Where DATA goes.',
      fields: [
        { name: 'POINTER', high: 10, low: 0, doc: 'Byte in the packet' },
        { name: 'READ', high: 13, low: 13, doc: 'For reading' },
        { name: 'AUTO_INCR', high: 14, low: 14, doc: 'Moves on' },
        { name: 'RCV', high: 15, low: 15, doc: 'In the packet that has come, not in that of PNR' },
      ],
    },
    DATA: {
      offset: at(2, 8),
      access: 'rw',
      count: 2,
      stride: 2,
      doc: 'Bytes of the packet.',
      readEffect: 'POINTER moves on by the bytes read, if AUTO_INCR is set.',
    },
    INTERRUPT: {
      offset: at(2, 0xc),
      access: 'rw',
      reset: 0x0004,
      doc: 'Interrupt status and mask. Writing ones to the low byte acknowledges.',
      fields: [
        { name: 'RCV_INT', high: 0, low: 0, doc: 'A packet has come' },
        { name: 'TX_INT', high: 1, low: 1, doc: 'A packet was sent and not released' },
        { name: 'TX_EMPTY_INT', high: 2, low: 2, doc: 'All packets have been sent' },
        { name: 'ALLOC_INT', high: 3, low: 3, doc: 'The allocation has been made' },
        { name: 'RX_OVRN_INT', high: 4, low: 4, doc: 'A frame was lost' },
        { name: 'MASK', high: 15, low: 8, doc: 'Which of them interrupt' },
      ],
    },
    MT: { offset: at(3, 0), access: 'rw', count: 4, stride: 2, doc: 'Multicast hash table.' },
    MGMT: {
      offset: at(3, 8),
      access: 'rw',
      reset: 0x3330,
      doc: 'Serial management of the PHY.',
      fields: [
        { name: 'MDO', high: 0, low: 0, doc: 'Level to send' },
        { name: 'MDI', high: 1, low: 1, doc: 'Level that the PHY drives' },
        { name: 'MCLK', high: 2, low: 2, doc: 'Clock' },
        { name: 'MDOE', high: 3, low: 3, doc: 'MDO is driven' },
      ],
    },
    REVISION: { offset: at(3, 0xa), access: 'r', reset: 0x3391, doc: 'Chip 9 (LAN91C100FD/111), revision 1.' },
    RCV: { offset: at(3, 0xc), access: 'rw', reset: 0x331f, doc: 'Early receive; kept.' },
    BANK_SELECT: {
      offset: 0xe,
      access: 'rw',
      reset: 0x3300,
      doc: 'Which bank answers; the upper byte reads 0x33.',
      fields: [{ name: 'BANK', high: 2, low: 0, doc: 'Bank' }],
    },
  },
});
