namespace Pare.Torch.Quantized;

/// <summary>
/// x̂ = s · (clip(round(x / s) + z) - z), with the gradients of a learned step size (Esser et al., LSQ, 2020, equation 3) and offset (Bhalgat
/// et al., LSQ+, 2020): where nothing is clipped dx̂/dx = 1, dx̂/ds = round(x / s) - x / s, dx̂/dz = 0; where the code is clipped to an end e
/// dx̂/dx = 0, dx̂/ds = e - z, dx̂/dz = -s. Clipped is what rounds to a code past the ends.
/// </summary>
internal sealed class FakeQuantize : torch.autograd.SingleTensorFunction<FakeQuantize>
{
    public override string Name => nameof(FakeQuantize);

    /// <param name="x">What is rounded.</param>
    /// <param name="scale">s, in a shape that broadcasts over x.</param>
    /// <param name="zero">z, whole numbers in the shape of the scale.</param>
    /// <param name="low">The smallest code.</param>
    /// <param name="high">The largest.</param>
    public static TorchTensor Of(TorchTensor x, TorchTensor scale, TorchTensor zero, double low, double high) => apply(x, scale, zero, low, high);

    public override TorchTensor forward(torch.autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, scale, zero) = ((TorchTensor)vars[0], (TorchTensor)vars[1], (TorchTensor)vars[2]);
        using var scope = torch.NewDisposeScope();
        var steps = x / scale;
        var raw = steps.round().add_(zero, Scalars.One);
        var codes = raw.Within((double)vars[3], (double)vars[4]);
        var inside = raw.eq(codes);
        var whole = codes.add_(zero, Scalars.Of(-1));
        var rounded = whole.mul(scale).MoveToOuterDisposeScope();
        // What stands behind the gradient of the scale; one that is fixed needs none.
        var slope = scale.requires_grad ? whole.add_(steps.mul_(inside), Scalars.Of(-1)) : null;
        ctx.save_data("offset", zero.requires_grad);
        ctx.save_for_backward(slope is null ? [scale, inside.MoveToOuterDisposeScope()] : [scale, inside.MoveToOuterDisposeScope(), slope.MoveToOuterDisposeScope()]);
        return rounded;
    }

    public override List<TorchTensor> backward(torch.autograd.AutogradContext ctx, TorchTensor grad_output)
    {
        using var scope = torch.NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (scale, inside) = (saved[0], saved[1]);
        var input = grad_output.mul(inside);
        var step = saved.Count > 2 ? Sum(grad_output.mul(saved[2]), scale).MoveToOuterDisposeScope() : null;
        var offset = (bool)ctx.get_data("offset") ? Sum(input.Minus(grad_output), scale).mul_(scale).MoveToOuterDisposeScope() : null;
        return [input.MoveToOuterDisposeScope(), step!, offset!, null!, null!];
    }

    // Over what shares a scale.
    private static TorchTensor Sum(TorchTensor values, TorchTensor scale)
    {
        var shape = scale.shape;
        if (shape.Length == 0) return values.sum();
        var shared = Enumerable.Range(0, shape.Length).Where(d => shape[d] != values.shape[d]).Select(d => (long)d).ToArray();
        return shared.Length == 0 ? values : values.sum(shared, keepdim: true);
    }
}
