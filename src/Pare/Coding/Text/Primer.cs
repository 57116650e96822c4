namespace Pare.Coding.Text;

/// <summary>The text that <see cref="TextModel"/> has read before it starts: what typical ONNX files leave when their elements are cut out.</summary>
internal static class Primer
{
    /// <summary>The bytes; a part of the format.</summary>
    public static ReadOnlySpan<byte> Bytes => [];
}
