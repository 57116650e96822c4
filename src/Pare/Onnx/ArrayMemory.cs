using System.Buffers;
using System.Runtime.InteropServices;

namespace Pare.Onnx;

/// <summary>An array of numbers seen as the bytes it is made of, without a copy.</summary>
internal sealed class ArrayMemory<T>(T[] values) : MemoryManager<byte> where T : unmanaged
{
    public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(values.AsSpan());

    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        var handle = GCHandle.Alloc(values, GCHandleType.Pinned);
        return new MemoryHandle((byte*)handle.AddrOfPinnedObject() + elementIndex, handle);
    }

    public override void Unpin() { }

    protected override void Dispose(bool disposing) { }
}

internal static class ArrayMemory
{
    public static ReadOnlyMemory<byte> Of<T>(T[] values) where T : unmanaged =>
        values is byte[] bytes ? bytes : values.Length == 0 ? default : new ArrayMemory<T>(values).Memory;
}
