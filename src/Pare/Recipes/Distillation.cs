using System.Collections.Immutable;
using Pare.Onnx;

namespace Pare.Recipes;

/// <summary>A tensor inside the student and the one inside the teacher that it follows, by their names in the graphs.</summary>
public sealed record TensorPair(string Student, string Teacher)
{
    /// <summary>Reads <c>STUDENT_TENSOR=TEACHER_TENSOR</c>.</summary>
    /// <exception cref="BadInputException">Not two names with one equals sign between.</exception>
    public static TensorPair Parse(string text) => text.Split('=') is [{ Length: > 0 } student, { Length: > 0 } teacher]
        ? new TensorPair(student, teacher)
        : throw new BadInputException($"'{text}' is not two names of tensors with one '=' between: STUDENT_TENSOR=TEACHER_TENSOR");

    public override string ToString() => $"{Student}={Teacher}";
}

/// <summary>
/// What a network learns from others while it trains. How much their outputs count is in <see cref="TrainOptions.TeacherShare"/> and
/// <see cref="TrainOptions.Temperature"/>; hints and attention are added to that loss.
/// </summary>
public sealed record Distillation
{
    /// <summary>One network or more with the student's input and outputs: their softened probabilities, or their points, are averaged.</summary>
    public required ImmutableArray<Model> Teachers { get; init; }

    /// <summary>
    /// Tensors that learn what the first teacher's hold (Romero et al. 2015): half the mean squared difference after a learned regressor, a 1x1 convolution
    /// for feature maps and a dense layer for vectors, which is thrown away afterwards.
    /// </summary>
    public ImmutableArray<TensorPair> Hints { get; init; } = [];

    /// <summary>Factor on the hints' loss; 0 or more.</summary>
    public double HintWeight { get; init; } = 1;

    /// <summary>
    /// Feature maps that learn where the first teacher's are active (Zagoruyko and Komodakis 2017): half the mean squared difference of the channels' sums
    /// of squares, each map of length 1.
    /// </summary>
    public ImmutableArray<TensorPair> Attention { get; init; } = [];

    /// <summary>Factor on the attention's loss; 0 or more. The default is the paper's.</summary>
    public double AttentionWeight { get; init; } = 1000;

    /// <summary>
    /// A folder that keeps the teachers' outputs on the training examples for later runs; null keeps none. Only where the teachers see each example
    /// as it is, and nothing inside them is looked at.
    /// </summary>
    public string? Cache { get; init; }

    /// <summary>Whether tensors inside the networks are followed.</summary>
    public bool LooksInside => Hints.Length + Attention.Length > 0;

    /// <summary>Checks every range once.</summary>
    /// <exception cref="BadInputException">A value is out of range; the message names it.</exception>
    public Distillation Validate()
    {
        if (Teachers.IsDefaultOrEmpty) throw new BadInputException("distillation has no teacher; one or more are needed");
        if (!(HintWeight >= 0 && double.IsFinite(HintWeight))) throw new BadInputException($"hint weight is {HintWeight}, a finite number of 0 or more is allowed");
        if (!(AttentionWeight >= 0 && double.IsFinite(AttentionWeight))) throw new BadInputException($"attention weight is {AttentionWeight}, a finite number of 0 or more is allowed");
        return this;
    }
}
