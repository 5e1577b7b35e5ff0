# Run by gdb on a program in QEMU: steps through it and writes, for each stop, the registers, the stack's bytes, and the frames
# as gdb unwinds them with their variables' places. One JSON line a stop.
import json

STACK_BYTES = 2048


def variables_of(frame):
    block = frame.block()
    found = {}
    while block is not None:
        for symbol in block:
            if (symbol.is_variable or symbol.is_argument) and symbol.name not in found:
                found[symbol.name] = place_of(symbol, frame)
        if block.function is not None:
            break
        block = block.superblock
    return found


def place_of(symbol, frame):
    value = symbol.value(frame)
    try:
        if value.is_optimized_out:
            return "optimised out"
        size = min(value.type.sizeof, 4)
        address = value.address
        if address is not None:
            return "memory %x" % (int(address) & 0xFFFFFFFF)
        if value.type.code in (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_ENUM) and value.type.sizeof <= 4:
            return "value %x" % (int(value) & ((1 << (8 * size)) - 1))
    except gdb.error:
        return "unavailable"
    return "other"


def frames():
    frame = gdb.newest_frame()
    found = []
    while frame is not None and len(found) < 20:
        values = {}
        for number in range(16):
            name = {13: "sp", 14: "lr", 15: "pc"}.get(number, "r%d" % number)
            value = frame.read_register(name)
            values[number] = None if value.is_optimized_out else int(value) & 0xFFFFFFFF
        try:
            described = variables_of(frame)
        except RuntimeError:
            described = None
        inlined = frame.type() == gdb.INLINE_FRAME
        found.append({"registers": [values[number] for number in range(16)], "variables": described, "name": frame.name(), "inlined": inlined})
        frame = frame.older()
    return found


def stop():
    sp = int(gdb.parse_and_eval("(unsigned)$sp"))
    start = max(0, sp - 64)
    memory = gdb.selected_inferior().read_memory(start, STACK_BYTES)
    return {"frames": frames(), "stackStart": start, "stack": bytes(memory).hex()}


gdb.execute("set confirm off")
gdb.execute("set backtrace past-main on")
steps = int(gdb.parameter("args"))
stops = 0
end = int(gdb.parse_and_eval("(unsigned)&halt"))
while stops < steps:
    pc = int(gdb.parse_and_eval("(unsigned)$pc"))
    if pc == end:
        break
    print("@@" + json.dumps(stop()))
    gdb.execute("stepi", to_string=True)
    stops += 1
