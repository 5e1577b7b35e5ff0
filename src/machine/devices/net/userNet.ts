/**
 * The network at the other end of a guest's Ethernet cable: one host that answers and nothing behind it, with the addresses of the
 * emulator's user network. It answers ARP, ICMP echo, DHCP and the UDP echo service. A pure function of the frame: no state, no
 * host network, no time.
 *
 * Formats: RFC 826 (ARP), 791 (IPv4), 792 (ICMP), 768 (UDP), 862 (echo), 2131 and 2132 (DHCP).
 */

const HOST = [10, 0, 2, 2] as const;
const NAME_SERVER = [10, 0, 2, 3] as const;
const GUEST = [10, 0, 2, 15] as const;
const NETMASK = [255, 255, 255, 0] as const;
const HOST_MAC = [0x52, 0x54, 0, 0x12, 0x35, 2] as const;

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_ARP = 0x0806;
const ETHERNET_HEADER = 14;
const IP_HEADER = 20;
const UDP_HEADER = 8;
const PROTOCOL_ICMP = 1;
const PROTOCOL_UDP = 17;
const PORT_ECHO = 7;
const PORT_DHCP_SERVER = 67;
const PORT_DHCP_CLIENT = 68;

type Address = readonly number[];

const word = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
const same = (bytes: Uint8Array, at: number, address: Address): boolean =>
  address.every((byte, index) => bytes[at + index] === byte);
const isOurs = (bytes: Uint8Array, at: number): boolean => same(bytes, at, HOST) || same(bytes, at, NAME_SERVER);

/** What comes back for a frame that the guest has sent; undefined for silence. */
export function userNetReply(frame: Uint8Array): Uint8Array | undefined {
  if (frame.length < ETHERNET_HEADER) return undefined;
  const payload = frame.subarray(ETHERNET_HEADER);
  switch (word(frame, 12)) {
    case ETHERTYPE_ARP:
      return ethernet(frame, ETHERTYPE_ARP, arpReply(payload));
    case ETHERTYPE_IPV4:
      return ethernet(frame, ETHERTYPE_IPV4, ipReply(payload));
    default:
      return undefined;
  }
}

function ethernet(request: Uint8Array, type: number, payload: Uint8Array | undefined): Uint8Array | undefined {
  if (payload === undefined) return undefined;
  return Uint8Array.from([...request.subarray(6, 12), ...HOST_MAC, type >>> 8, type & 0xff, ...payload]);
}

function arpReply(request: Uint8Array): Uint8Array | undefined {
  const isRequest = request.length >= 28 && word(request, 6) === 1;
  if (!isRequest || !isOurs(request, 24)) return undefined;
  const sender = request.subarray(8, 18);
  return Uint8Array.from([...request.subarray(0, 6), 0, 2, ...HOST_MAC, ...request.subarray(24, 28), ...sender]);
}

function ipReply(packet: Uint8Array): Uint8Array | undefined {
  const headerBytes = (packet[0]! & 0xf) * 4;
  const total = word(packet, 2);
  const isWhole = packet[0]! >>> 4 === 4 && headerBytes >= IP_HEADER && total >= headerBytes && total <= packet.length;
  if (!isWhole || (word(packet, 6) & 0x3fff) !== 0) return undefined;
  const body = packet.subarray(headerBytes, total);
  if (packet[9] === PROTOCOL_UDP && word(body, 2) === PORT_DHCP_SERVER) return dhcpReply(body);
  if (!isOurs(packet, 16)) return undefined;
  const from = packet.subarray(16, 20);
  const to = packet.subarray(12, 16);
  if (packet[9] === PROTOCOL_ICMP) return icmpReply(body, [...from], [...to]);
  if (packet[9] === PROTOCOL_UDP && word(body, 2) === PORT_ECHO && body.length >= UDP_HEADER) {
    return ipv4(PROTOCOL_UDP, [...from], [...to], udp(PORT_ECHO, word(body, 0), body.subarray(UDP_HEADER)));
  }
  return undefined;
}

function icmpReply(message: Uint8Array, from: Address, to: Address): Uint8Array | undefined {
  const ECHO_REQUEST = 8;
  if (message.length < 8 || message[0] !== ECHO_REQUEST) return undefined;
  const reply = message.slice();
  reply.fill(0, 0, 4);
  const sum = checksum(reply);
  reply[2] = sum >>> 8;
  reply[3] = sum & 0xff;
  return ipv4(PROTOCOL_ICMP, from, to, reply);
}

function ipv4(protocol: number, from: Address, to: Address, body: Uint8Array): Uint8Array {
  const total = IP_HEADER + body.length;
  const header = Uint8Array.from([0x45, 0, total >>> 8, total & 0xff, 0, 0, 0, 0, 64, protocol, 0, 0, ...from, ...to]);
  const sum = checksum(header);
  header[10] = sum >>> 8;
  header[11] = sum & 0xff;
  return Uint8Array.from([...header, ...body]);
}

/** Without a checksum, which IPv4 allows (RFC 768). */
function udp(from: number, to: number, body: Uint8Array): Uint8Array {
  const total = UDP_HEADER + body.length;
  return Uint8Array.from([from >>> 8, from & 0xff, to >>> 8, to & 0xff, total >>> 8, total & 0xff, 0, 0, ...body]);
}

/** One's complement of the one's complement sum of 16-bit words (RFC 1071). */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += word(bytes, at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** Option numbers of RFC 2132. */
const OPTION = { netmask: 1, router: 3, nameServer: 6, lease: 51, type: 53, server: 54, end: 255 } as const;
const DHCP_OPTIONS = 240;

/** An offer for a discovery, an acknowledgement for a request: always the same address. */
function dhcpReply(datagram: Uint8Array): Uint8Array | undefined {
  const request = datagram.subarray(UDP_HEADER);
  const types: Readonly<Record<number, number>> = { 1: 2, 3: 5 };
  const type = types[optionByte(request, OPTION.type) ?? 0];
  if (request.length < DHCP_OPTIONS || request[0] !== 1 || type === undefined) return undefined;
  const reply = new Uint8Array(DHCP_OPTIONS);
  reply.set(request.subarray(0, 12));
  reply[0] = 2;
  reply.set(GUEST, 16);
  reply.set(HOST, 20);
  reply.set(request.subarray(28, 44), 28);
  reply.set([99, 130, 83, 99], 236);
  const oneDay = [0, 1, 0x51, 0x80];
  const options = [
    [OPTION.type, 1, type],
    [OPTION.server, 4, ...HOST],
    [OPTION.lease, 4, ...oneDay],
    [OPTION.netmask, 4, ...NETMASK],
    [OPTION.router, 4, ...HOST],
    [OPTION.nameServer, 4, ...NAME_SERVER],
    [OPTION.end],
  ].flat();
  const body = udp(PORT_DHCP_SERVER, PORT_DHCP_CLIENT, Uint8Array.from([...reply, ...options]));
  return ipv4(PROTOCOL_UDP, HOST, [255, 255, 255, 255], body);
}

/** First byte of an option of a DHCP message. */
function optionByte(message: Uint8Array, wanted: number): number | undefined {
  for (let at = DHCP_OPTIONS; at + 2 < message.length && message[at] !== OPTION.end;) {
    if (message[at] === 0) at += 1;
    else if (message[at] === wanted) return message[at + 2];
    else at += 2 + message[at + 1]!;
  }
  return undefined;
}
