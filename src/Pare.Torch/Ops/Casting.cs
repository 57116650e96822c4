using Pare.Onnx;

namespace Pare.Torch.Ops;

/// <summary>Cast between number types.</summary>
internal static class Casting
{
    public static TorchTensor Cast(OpCall call) => To(call.X, (ElementType)call.Node.Int("to", 0));

    private static TorchTensor To(TorchTensor x, ElementType type) => x.to(type.ToTorch()).alias();
}
