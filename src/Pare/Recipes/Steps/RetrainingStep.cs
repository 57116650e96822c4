namespace Pare.Recipes.Steps;

/// <summary>A step that trains every candidate it works out for the same time.</summary>
public abstract record RetrainingStep : RecipeStep
{
    /// <summary>How each candidate trains.</summary>
    public required TrainOptions Training { get; init; }

    /// <summary>Candidates that it works out at most.</summary>
    protected abstract int Tries { get; }

    public override int Epochs(int examples) => Tries * Training.For(examples).Epochs;

    public override RecipeStep Stretched(double factor) => this with { Training = Training.Stretched(factor) };
}
