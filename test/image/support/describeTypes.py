# Run by gdb: writes types and variables as gdb knows them, one JSON line each, in the words that types.test.ts uses too.
import json


def describe(type, depth):
    code = type.code
    # gdb's target type of a qualified type is not the type without the qualifier; C's order is immaterial here.
    plain = type.unqualified()
    if str(plain) != str(type):
        words = [word for word in ("const", "volatile") if word in qualifiers_of(type)]
        return " ".join(words + [describe(plain, depth)])
    if code == gdb.TYPE_CODE_TYPEDEF:
        return "typedef %s > %s" % (type.name, describe(type.target(), depth))
    if code == gdb.TYPE_CODE_PTR:
        return "* " + ("..." if depth <= 0 else describe(type.target(), depth - 1))
    if code == gdb.TYPE_CODE_ARRAY:
        # Not range(): to gdb a flexible array member has one element.
        count = type.sizeof // type.target().sizeof
        return "[%s] %s" % (count if count > 0 else "", describe(type.target(), depth))
    if code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
        kind = "struct" if code == gdb.TYPE_CODE_STRUCT else "union"
        head = "%s %s %d" % (kind, type.tag or "", type.sizeof)
        if depth <= 0:
            return head
        members = [
            "%s@%d:%d %s" % (field.name or "", field.bitpos, field.bitsize, describe(field.type, depth - 1))
            for field in type.fields()
        ]
        return head + " { " + "; ".join(members) + " }"
    if code == gdb.TYPE_CODE_ENUM:
        return "enum %s %d %s" % (type.tag or "", type.sizeof, ",".join("%s=%d" % (f.name, f.enumval) for f in type.fields()))
    if code == gdb.TYPE_CODE_FUNC:
        return "function"
    if code == gdb.TYPE_CODE_VOID:
        return "void"
    return "%s %d" % (type.name, type.sizeof)


def qualifiers_of(type):
    if type.code == gdb.TYPE_CODE_PTR:
        return str(type).rsplit("*", 1)[-1]
    return str(type)


def variables():
    seen = set()
    for line in gdb.execute("info variables -q", to_string=True).splitlines():
        if line.startswith("Non-debugging"):
            break
        if line.startswith("File "):
            path = line[5:-1]
        elif ":" in line and line.rstrip().endswith(";"):
            text = line.split(":", 1)[1].rstrip(";").split("[")[0]
            symbol_name = text.replace("*", " ").split()[-1]
            key = (path, symbol_name)
            if key in seen:
                continue
            seen.add(key)
            # libgcc comes with variables that were optimised away.
            if "/fixtures/" not in path:
                continue
            value = gdb.parse_and_eval("'%s'::%s" % (path, symbol_name))
            if value.is_optimized_out or value.address is None:
                continue
            yield {"variable": symbol_name, "file": path, "address": int(value.address) & 0xFFFFFFFF, "type": describe(value.type, 1)}


for wanted in gdb.parameter("args").split("|"):
    if wanted:
        print("@@" + json.dumps({"name": wanted, "type": describe(gdb.lookup_type(wanted), 3)}))
for variable in variables():
    print("@@" + json.dumps(variable))
