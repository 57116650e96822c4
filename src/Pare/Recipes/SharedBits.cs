using Pare.Coding;
using Pare.Onnx;
using Pare.Profile;
using Pare.Quantize;

namespace Pare.Recipes;

/// <summary>Bits of each layer by what was measured, in a file of a given size.</summary>
public static class SharedBits
{
    /// <summary>Choices that are packed before the target counts as out of reach.</summary>
    private const int Tries = 8;

    /// <summary>The network with each layer's weights shared, so that packed as a whole it takes at most so many bytes.</summary>
    /// <param name="model">The network.</param>
    /// <param name="options">How weights are shared; sizes and layers are chosen here.</param>
    /// <param name="measured">What its layers lose by few bits.</param>
    /// <param name="bytes">The target.</param>
    /// <exception cref="BadInputException">So few bytes cannot be reached.</exception>
    public static StepResult Within(Model model, ShareOptions options, SensitivityResult measured, long bytes)
    {
        var allowed = bytes;
        for (var i = 0; i < Tries; i++)
        {
            var bits = SensitivityCurves.Bits(measured.Points, measured.Images, measured.Bytes, allowed);
            if (bits.Count == 0) throw new OutOfReachException($"{bytes} bytes leave nothing to do: the network takes {measured.Bytes} packed as it is");
            var all = Layer.Of(new GraphIndex(model.Graph)).Select(l => l.Name);
            var shared = Sharer.Share(model, options with
            {
                Layers = [.. bits.Select(b => new LayerSize(LayerPatterns.Exactly(b.Key), CodebookSize.OfBits(b.Value)))],
                Exclude = [.. all.Where(n => !bits.ContainsKey(n)).Select(LayerPatterns.Exactly)],
            });
            // What single layers save does not quite add up.
            var over = PackedFile.SizeOf(OnnxWriter.ToBytes(shared.Model)) - bytes;
            if (over <= 0) return shared;
            allowed -= over;
        }
        throw new OutOfReachException($"{bytes} bytes were not reached in {Tries} tries; a little more is");
    }
}
