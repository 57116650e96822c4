using TorchSharp;
using static TorchSharp.torch.nn;

namespace Pare.Torch.Training.Distilling;

/// <summary>How far a tensor inside the student is from the teacher's. Feature maps of unlike size are averaged down to the smaller height and width.</summary>
internal static class InnerLoss
{
    /// <summary>Keeps the length of a map that is nowhere active away from 0.</summary>
    private const double Tiny = 1e-24;

    /// <summary>FitNets: half the mean squared difference.</summary>
    /// <param name="student">After the regressor: [batch, channels] or [batch, channels, height, width], with the teacher's channels.</param>
    public static torch.Tensor Hint(torch.Tensor student, torch.Tensor teacher)
    {
        var (s, t) = SameSize(student, teacher);
        return s.Minus(t).square().mean().Times(0.5);
    }

    /// <summary>Attention transfer: half the mean squared difference of the maps' channel sums of squares, each example's scaled to length 1.</summary>
    /// <param name="student">[batch, channels, height, width]; the teacher's may have other channels.</param>
    public static torch.Tensor Attention(torch.Tensor student, torch.Tensor teacher)
    {
        var (s, t) = SameSize(Energy(student), Energy(teacher));
        return Unit(s).Minus(Unit(t)).square().mean().Times(0.5);
    }

    private static torch.Tensor Energy(torch.Tensor map) => map.square().sum(1, keepdim: true);

    private static torch.Tensor Unit(torch.Tensor map)
    {
        var flat = map.reshape(map.shape[0], -1);
        return flat.div(flat.square().sum(1, keepdim: true).clamp_min(Scalars.Of(Tiny)).sqrt());
    }

    private static (torch.Tensor Student, torch.Tensor Teacher) SameSize(torch.Tensor student, torch.Tensor teacher)
    {
        if (student.dim() != 4) return (student, teacher);
        long[] size = [Math.Min(student.shape[2], teacher.shape[2]), Math.Min(student.shape[3], teacher.shape[3])];
        return (Averaged(student), Averaged(teacher));

        torch.Tensor Averaged(torch.Tensor map) => map.shape[2] == size[0] && map.shape[3] == size[1] ? map : functional.adaptive_avg_pool2d(map, size);
    }
}
