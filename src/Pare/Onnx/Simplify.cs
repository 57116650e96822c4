using Pare.Onnx.Rewrites;

namespace Pare.Onnx;

/// <summary>Runs the rewrites until none finds anything more to do. Names of inputs and outputs, and metadata, stay.</summary>
public static class Simplify
{
    /// <summary>Every rewrite in order; each gives back the model it was given where nothing is to do.</summary>
    private static readonly Func<Model, Model>[] Rewrites = [DropIdentity.Apply, FoldConstants.Apply, FoldBatchNorm.Apply, DropUnused.Apply];

    /// <summary>
    /// The same function with fewer nodes: BatchNorm folded into the layer before it, constants folded, identities and inference
    /// dropout dropped, unused nodes and initializers removed. Compressed weights (codebooks, masks, dequantization) stay compressed.
    /// </summary>
    /// <param name="model">A model that <see cref="GraphSpec.Verify"/> accepts.</param>
    /// <exception cref="BadInputException">The graph contradicts itself.</exception>
    public static Model Run(Model model)
    {
        while (true)
        {
            var next = Rewrites.Aggregate(model, (current, rewrite) => rewrite(current));
            if (ReferenceEquals(next, model)) return model;
            model = next;
        }
    }
}
