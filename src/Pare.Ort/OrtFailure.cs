using Microsoft.ML.OnnxRuntime;

namespace Pare.Ort;

internal static class OrtFailure
{
    /// <summary>ONNX Runtime's complaint as one line.</summary>
    public static BadInputException ToBadInput(this OnnxRuntimeException e, string what)
    {
        var message = e.Message.AsSpan().Trim();
        var end = message.IndexOfAny('\r', '\n');
        return new BadInputException($"{what}: {(end < 0 ? message : message[..end])}", e);
    }
}
