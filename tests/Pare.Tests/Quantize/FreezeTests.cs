using Pare.Onnx;
using Pare.Quantize;
using Xunit;
using static Pare.Tests.Quantize.SharerTests;

namespace Pare.Tests.Quantize;

public class FreezeTests
{
    [Fact]
    public void A_part_is_frozen_and_the_graph_stays_ordinary()
    {
        var weights = Weights(1000, seed: 1, kept: 0.4);
        var survivors = weights.Count(w => w != 0);
        var result = Sharer.Freeze(Dense("w", [10, 100], weights), At(0.25));
        Assert.Equal(["Cast", "Gather", "Where", "Gemm"], result.Model.Graph.Nodes.Select(n => n.OpType));
        var partly = Find(result.Model);
        Assert.Equal(1000 - survivors + Math.Ceiling(survivors * 0.25), partly.Frozen.Data.ToArray().Count(b => b != 0));
        Assert.Equal(0.25, result.Layers[0].Sharing!.Frozen, 0.01);
        var values = partly.Decode();
        for (var i = 0; i < values.Length; i++)
        {
            Assert.Equal(weights[i] == 0, values[i] == 0);
            if (partly.Frozen.Data.Span[i] == 0) Assert.Equal(weights[i], values[i]);
            else Assert.Equal(0, partly.Free.Floats[i]);
        }
    }

    [Fact]
    public void The_most_certain_weights_are_frozen_first()
    {
        var weights = Weights(500, seed: 2);
        var partly = Find(Sharer.Freeze(Dense("w", [5, 100], weights), new FreezeOptions { Fraction = 0.5, Sharing = Centroids(8) }).Model);
        var centroids = partly.Shared.Codebook.Floats.ToArray();
        double Distance(int i) => centroids.Min(c => Math.Abs((double)c - weights[i]));
        var frozen = Enumerable.Range(0, 500).ToLookup(i => partly.Frozen.Data.Span[i] != 0);
        Assert.True(frozen[true].Max(Distance) <= frozen[false].Min(Distance));
    }

    [Fact]
    public void Steps_without_training_end_where_sharing_at_once_does()
    {
        var model = Dense("w", [10, 100], Weights(1000, seed: 3, kept: 0.5));
        var whole = Sharer.Share(model, At(1).Sharing).Model;
        Assert.Equal(Bytes(whole), Bytes(Sharer.Freeze(model, At(1)).Model));
        var step = model;
        foreach (var fraction in new[] { 0, 0.3, 0.6, 0.9, 1 }) step = Sharer.Freeze(step, At(fraction)).Model;
        Assert.Equal(Read(whole, "w").Select(v => v == 0), Read(step, "w").Select(v => v == 0));
        Assert.Equal(whole.Graph.Nodes.Select(n => n.OpType), step.Graph.Nodes.Select(n => n.OpType));
        Assert.NotNull(SharedWeight.Find(new GraphIndex(step.Graph), "w"));
    }

    [Fact]
    public void Frozen_weights_keep_their_codes_and_take_the_trained_centroids()
    {
        var model = Sharer.Freeze(Dense("w", [10, 100], Weights(1000, seed: 4, kept: 0.5)), At(0.5)).Model;
        var before = Find(model);
        var trained = Tensor.Of("", before.Shared.Codebook.Shape.AsSpan(), before.Shared.Codebook.Floats.ToArray().Select(c => c * 1.1f).ToArray());
        var free = Tensor.Of("", before.Free.Shape.AsSpan(), before.Free.Floats.ToArray().Select(w => w * 0.9f).ToArray());
        model = model with { Graph = model.Graph.ReplaceConstants(new Dictionary<string, Tensor> { ["w.codebook"] = trained, ["w.free"] = free }) };
        var expected = Read(model, "w");
        foreach (var fraction in new[] { 0.75, 1 })
        {
            model = Sharer.Freeze(model, At(fraction)).Model;
            var values = Read(model, "w");
            for (var i = 0; i < values.Length; i++)
                if (before.Frozen.Data.Span[i] != 0) Assert.Equal(expected[i], values[i]);
        }
    }

    [Fact]
    public void A_free_weight_that_has_become_zero_stays_zero()
    {
        var model = Sharer.Freeze(Dense("w", [1, 8], [1, 1.1f, 2, 2.1f, 3, 3.1f, 4, 4.1f]), new FreezeOptions { Fraction = 0.25, Sharing = Centroids(4) }).Model;
        var partly = Find(model);
        var free = partly.Free.Floats.ToArray();
        var died = Array.FindIndex(free, w => w != 0);
        free[died] = 0;
        model = model with { Graph = model.Graph.ReplaceConstants(new Dictionary<string, Tensor> { ["w.free"] = Tensor.Of("", [1, 8], free) }) };
        model = Sharer.Freeze(model, new FreezeOptions { Fraction = 1, Sharing = Centroids(4) }).Model;
        Assert.Equal(0, Read(model, "w")[died]);
        Assert.Equal(0, SharedWeight.Find(new GraphIndex(model.Graph), "w")!.Codebook.Floats[0]);
    }

    [Fact]
    public void A_smaller_fraction_later_thaws_nothing()
    {
        var model = Sharer.Freeze(Dense("w", [1, 100], Weights(100, seed: 5)), At(0.6)).Model;
        var again = Sharer.Freeze(model, At(0.2));
        Assert.Equal(Find(model).Frozen.Data.ToArray(), Find(again.Model).Frozen.Data.ToArray());
        Assert.Equal(0.6, again.Layers[0].Sharing!.Frozen);
    }

    [Fact]
    public void Layers_shared_already_stay_as_they_are()
    {
        var shared = Sharer.Share(Dense("w", [1, 100], Weights(100, seed: 5)), At(1).Sharing).Model;
        var result = Sharer.Freeze(shared, At(0.5));
        Assert.Empty(result.Layers);
        Assert.Equal(Bytes(shared), Bytes(result.Model));
    }

    [Fact]
    public void Importance_of_the_free_part_is_found_by_its_own_name()
    {
        var model = Dense("w", [1, 3], [1, 2, 2.2f]);
        var options = new FreezeOptions { Fraction = 0.3, Sharing = Centroids(2) };
        float[] importance = [0, 1, 100];
        Assert.Equal(
            Bytes(Sharer.Freeze(model, options, new Dictionary<string, float[]> { ["w"] = importance }).Model),
            Bytes(Sharer.Freeze(model, options, new Dictionary<string, float[]> { ["w.free"] = importance }).Model));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.2)]
    [InlineData(double.NaN)]
    public void Other_fractions_are_refused(double fraction) =>
        Assert.Throws<BadInputException>(() => Sharer.Freeze(Dense("w", [1, 1], [1]), At(fraction)));

    [Fact]
    public void Operators_without_Where_are_refused()
    {
        var model = Dense("w", [1, 2], [1, 2]) with { Opsets = [new("", 8)] };
        Assert.Contains("operator set 8", Assert.Throws<BadInputException>(() => Sharer.Freeze(model, At(0.5))).Message);
    }

    private static FreezeOptions At(double fraction) => new() { Fraction = fraction, Sharing = Centroids(8) with { Lambda = 0.01 } };

    private static PartlySharedWeight Find(Model model) => PartlySharedWeight.Find(new GraphIndex(model.Graph), "w")!;

    private static byte[] Bytes(Model model) => OnnxWriter.ToBytes(model);
}
