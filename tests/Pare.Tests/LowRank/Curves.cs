using Pare.LowRank;
using Pare.Onnx;

namespace Pare.Tests.LowRank;

/// <summary>Layers and curves for tests.</summary>
internal static class Curves
{
    /// <summary>A dense layer whose energy halves from rank to rank.</summary>
    /// <param name="falls">Energy of a rank over that of the one before.</param>
    public static LayerCurves Dense(string name, int inputs, int outputs, double falls = 0.5)
    {
        var layer = new FactorLayer
        {
            Layer = new Layer(new Node { OpType = "MatMul", Name = name, Inputs = ["x", "w"], Outputs = ["y"] }, 1),
            Inputs = inputs, Outputs = outputs, InputsFirst = true, Methods = [FactorMethod.Svd], HasKnownShape = true,
        };
        var rank = layer.FullRank(FactorMethod.Svd);
        var energies = Enumerable.Range(0, rank).Select(i => Math.Pow(falls, i)).ToArray();
        var kept = new double[rank];
        for (var i = 0; i < rank; i++) kept[i] = energies[..(i + 1)].Sum() / energies.Sum();
        return new LayerCurves(layer, [new RankCurve(FactorMethod.Svd, rank, 1, kept, [[.. energies.Select(Math.Sqrt)]])]);
    }
}
