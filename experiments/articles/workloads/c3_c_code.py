"""Work that is done in C on large blocks: a checksum, and compression."""
import binascii
import hashlib
import zlib

BLOCK = b"".join(b"line " + str(i).encode("ascii") + b" of a block\n" for i in range(48000))  # 1044890 B


def sha256(blocks):
    """Hash a number of large blocks. openssl: it is OpenSSL that does it, and other threads may run meanwhile."""
    state = hashlib.sha256()
    for _ in range(blocks):
        state.update(BLOCK)
    return {"digest": state.hexdigest(), "openssl": type(state).__module__ == "_hashlib"}


def compress(blocks):
    """Compress a number of large blocks. The checksum is of the last one, unpacked again."""
    packed = b""
    for _ in range(blocks):
        packed = zlib.compress(BLOCK, 6)
    back = zlib.decompress(packed)
    return {"crc": binascii.crc32(back) & 0xffffffff, "smaller": len(packed) < len(back)}
