using Pare.Recipes;
using TorchSharp;

namespace Pare.Torch.Training.Distilling;

/// <summary>Which tensors can be followed, by their values on the same two examples.</summary>
internal static class PairShapes
{
    /// <summary>The regressor that a hint needs.</summary>
    /// <exception cref="BadInputException">The ranks differ, or are neither 2 nor 4.</exception>
    public static Regression Regression(TensorPair hint, torch.Tensor student, torch.Tensor teacher)
    {
        if (student.dim() != teacher.dim() || student.dim() is not (2 or 4) || !AreNumbers(student, teacher))
            throw new BadInputException($"hint '{hint}': {Shapes(student, teacher)}; both must be [batch, n] or both [batch, channels, height, width]");
        return new Regression(hint.Student, (int)student.dim(), student.shape[1], teacher.shape[1]);
    }

    /// <summary>Refuses what has no map of attention.</summary>
    /// <exception cref="BadInputException">One is no feature map.</exception>
    public static void CheckMaps(TensorPair pair, torch.Tensor student, torch.Tensor teacher)
    {
        if (student.dim() != 4 || teacher.dim() != 4 || !AreNumbers(student, teacher))
            throw new BadInputException($"attention '{pair}': {Shapes(student, teacher)}; both must be [batch, channels, height, width]");
    }

    private static bool AreNumbers(torch.Tensor a, torch.Tensor b) => a.shape[0] == 2 && b.shape[0] == 2 && a.is_floating_point() && b.is_floating_point();

    private static string Shapes(torch.Tensor student, torch.Tensor teacher) =>
        $"of two examples the student's is [{string.Join(',', student.shape)}], the teacher's [{string.Join(',', teacher.shape)}]";
}
