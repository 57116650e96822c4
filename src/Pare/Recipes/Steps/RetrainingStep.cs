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

    /// <summary>Whether an edit has no squared gradients to choose by yet: the first one, before any training.</summary>
    /// <exception cref="BadInputException">It never will: the optimizer keeps none.</exception>
    protected bool NoGradientsYet(double progress, IReadOnlyDictionary<string, float[]> meanSquaredGradients)
    {
        if (meanSquaredGradients.Count > 0) return false;
        return progress == 0 ? true : throw new BadInputException($"step '{Name}' chooses by mean squared gradients, which optimizer {Training.Optimizer.ToString().ToLowerInvariant()} does not keep; adam and adamw do");
    }
}
