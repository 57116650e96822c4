using CsCheck;
using Pare.Onnx;
using Pare.Prune;
using Xunit;

namespace Pare.Tests.Prune;

public sealed class PrunerTests
{
    [Fact]
    public void The_smallest_magnitudes_go_first()
    {
        var model = Networks.Dense(("fc", 2, 3, [1, -0.1f, 3, 0.2f, -5, 0.3f]));
        var result = Pruner.Prune(model, new PruneOptions { Sparsity = 0.5 });
        Assert.Equal([1, 0, 3, 0, -5, 0], result.Model.Floats("fc.w"));
        Assert.Equal(new LayerChange("fc", 6, 0.5, 32), Assert.Single(result.Layers));
        Assert.Equal(1, model.Floats("fc.w")[0]);
        Assert.Equal(-0.1f, model.Floats("fc.w")[1]);
    }

    [Fact]
    public void Ties_go_by_position()
    {
        var result = Pruner.Prune(Networks.Dense(("a", 1, 4, [1, 1, -1, 1]), ("b", 4, 1, [1, 1, 1, 1])), new PruneOptions { Sparsity = 0.625, MinKept = 0 });
        Assert.Equal([0, 0, 0, 0], result.Model.Floats("a.w"));
        Assert.Equal([0, 1, 1, 1], result.Model.Floats("b.w"));
    }

    [Fact]
    public void The_global_scope_lets_layers_compete_and_the_layer_scope_does_not()
    {
        var model = Networks.Dense(("a", 4, 1, [1, 2, 3, 4]), ("b", 1, 4, [5, 6, 7, 8]));
        var global = Pruner.Prune(model, new PruneOptions { Sparsity = 0.375 }).Model;
        Assert.Equal([0, 0, 0, 4], global.Floats("a.w"));
        Assert.Equal([5, 6, 7, 8], global.Floats("b.w"));
        var layer = Pruner.Prune(model, new PruneOptions { Sparsity = 0.5, Scope = PruneScope.Layer }).Model;
        Assert.Equal([0, 0, 3, 4], layer.Floats("a.w"));
        Assert.Equal([0, 0, 7, 8], layer.Floats("b.w"));
    }

    [Fact]
    public void No_layer_is_wiped_out_and_the_others_make_up_for_it()
    {
        var model = Networks.Dense(("a", 4, 1, [1, 2, 3, 4]), ("b", 1, 4, [5, 6, 7, 8]));
        var kept = Pruner.Prune(model, new PruneOptions { Sparsity = 0.625 }).Model;
        Assert.Equal([0, 0, 0, 4], kept.Floats("a.w"));
        Assert.Equal([0, 0, 7, 8], kept.Floats("b.w"));
        var wiped = Pruner.Prune(model, new PruneOptions { Sparsity = 0.625, MinKept = 0 }).Model;
        Assert.Equal([0, 0, 0, 0], wiped.Floats("a.w"));
    }

    [Fact]
    public void Where_every_layer_is_at_its_least_the_target_is_missed()
    {
        var model = Networks.Dense(("a", 1, 1, [1]), ("b", 1, 1, [2]), ("c", 1, 3, [3, 4, 5]));
        Assert.Equal([1, 1, 1], Pruner.Prune(model, new PruneOptions { Sparsity = 0.9 }).Layers.Select(l => l.Kept * l.Weights));
    }

    [Fact]
    public void Quality_prunes_below_its_share_of_the_standard_deviation()
    {
        // Mean 0, variance (9 + 1 + 1 + 9) / 4 = 5; threshold 0.5 * 2.236 = 1.118.
        var model = Networks.Dense(("fc", 1, 4, [-3, -1, 1, 3]));
        var once = Pruner.Prune(model, new PruneOptions { Quality = 0.5 }).Model;
        Assert.Equal([-3, 0, 0, 3], once.Floats("fc.w"));
        Assert.Equal([-3, 0, 0, 3], Pruner.Prune(once, new PruneOptions { Quality = 0.5 }).Model.Floats("fc.w"));
        Assert.Equal([0, 0, 0, 3], Pruner.Prune(model, new PruneOptions { Quality = 2 }).Model.Floats("fc.w"));
    }

    [Fact]
    public void Saliency_weighs_by_the_mean_squared_gradient()
    {
        var model = Networks.Dense(("fc", 1, 4, [1, 2, 3, 4]));
        var v = new Dictionary<string, float[]> { ["fc.w"] = [1e-20f, 1e-30f, 1e-30f, 0] };
        var result = Pruner.Prune(model, new PruneOptions { Sparsity = 0.5, Score = PruneScore.Saliency }, v);
        Assert.Equal([1, 0, 3, 0], result.Model.Floats("fc.w"));
    }

    [Fact]
    public void Saliency_prunes_what_is_zero_already_before_weights_without_gradient()
    {
        var model = Networks.Dense(("fc", 1, 4, [1, 2, 0, 0]));
        var v = new Dictionary<string, float[]> { ["fc.w"] = [0, 0, 5, 5] };
        var result = Pruner.Prune(model, new PruneOptions { Sparsity = 0.5, Score = PruneScore.Saliency }, v);
        Assert.Equal([1, 2, 0, 0], result.Model.Floats("fc.w"));
    }

    [Fact]
    public void Layers_get_sparsities_of_their_own()
    {
        var model = Networks.Dense(("a", 4, 1, [1, 2, 3, 4]), ("b", 1, 4, [5, 6, 7, 8]), ("c", 4, 1, [1, 1, 1, 1]));
        var result = Pruner.Prune(model, new PruneOptions { LayerSparsities = new Dictionary<string, double> { ["a"] = 0.25, ["b"] = 0.75 } });
        Assert.Equal([0.75, 0.25, 1], result.Layers.Select(l => l.Kept));
        Assert.Equal(["a", "b", "c"], result.Layers.Select(l => l.Name));
    }

    [Fact]
    public void Excluded_layers_stay_and_do_not_count()
    {
        var model = Networks.Dense(("conv1", 4, 1, [1, 2, 3, 4]), ("fc", 1, 4, [5, 6, 7, 8]));
        var result = Pruner.Prune(model, new PruneOptions { Sparsity = 0.5, Exclude = ["conv?"] });
        Assert.Equal([1, 2, 3, 4], result.Model.Floats("conv1.w"));
        Assert.Equal([0, 0, 7, 8], result.Model.Floats("fc.w"));
    }

    [Fact]
    public void Unchanged_tensors_share_the_memory_of_the_model_given()
    {
        var model = Networks.Dense(("a", 1, 2, [1, 2]), ("b", 2, 1, [3, 4]));
        var result = Pruner.Prune(model, new PruneOptions { Sparsity = 0.25 }).Model;
        Assert.True(result.Constant("b.w").Data.Span.Overlaps(model.Constant("b.w").Data.Span));
    }

    [Fact]
    public void Weights_of_two_layers_are_pruned_once()
    {
        var model = Networks.Dense(("a", 2, 2, [1, 2, 3, 4]));
        var twice = model with { Graph = model.Graph with { Nodes = model.Graph.Nodes.Add(Networks.Gemm("again", "a.y", "a.w", "", "z")) } };
        var result = Pruner.Prune(twice, new PruneOptions { Sparsity = 0.5 });
        Assert.Equal([0, 0, 3, 4], result.Model.Floats("a.w"));
        Assert.Equal("a", Assert.Single(result.Layers).Name);
    }

    [Fact]
    public void Weights_in_constant_nodes_and_behind_a_transpose_are_found()
    {
        var constant = Networks.Op("Constant", "", "c", NodeAttribute.Of("value", Tensor.Of("", [2, 2], [1f, 2, 3, 4]))) with { Inputs = [] };
        var model = Networks.Of([constant, Networks.Op("Transpose", "c", "w"), Networks.Op("MatMul", "x,w", "y")], [], [1, 2], [1, 2], "y");
        Assert.Equal([0, 0, 3, 4], Pruner.Prune(model, new PruneOptions { Sparsity = 0.5 }).Model.Floats("c"));
    }

    [Fact]
    public void Shared_weights_get_the_code_of_zero()
    {
        var result = Pruner.Prune(Networks.Shared(2, 2, [0, 1, 2, 3], [3, 0, -1, 2]), new PruneOptions { Sparsity = 0.5 });
        Assert.Equal([0, 1, 1, 3], result.Model.Constant("codes").Data.ToArray());
        Assert.Equal([3, 0, -1, 2], result.Model.Floats("codebook"));
        Assert.Equal(new LayerChange("fc", 4, 0.5, 2), Assert.Single(result.Layers));
    }

    [Fact]
    public void A_codebook_without_zero_gets_one()
    {
        var result = Pruner.Prune(Networks.Shared(1, 3, [0, 1, 1], [3, -1]), new PruneOptions { Sparsity = 1 / 3.0 });
        Assert.Equal([0, 2, 1], result.Model.Constant("codes").Data.ToArray());
        Assert.Equal([3, -1, 0], result.Model.Floats("codebook"));
        Assert.Equal([3L], result.Model.Constant("codebook").Shape);
    }

    [Fact]
    public void A_full_codebook_gives_an_unused_code_to_zero()
    {
        var codebook = Enumerable.Range(1, 256).Select(i => (float)i).ToArray();
        var result = Pruner.Prune(Networks.Shared(1, 2, [0, 5], codebook), new PruneOptions { Sparsity = 0.5 });
        Assert.Equal([1, 5], result.Model.Constant("codes").Data.ToArray());
        Assert.Equal(0, result.Model.Floats("codebook")[1]);
    }

    [Fact]
    public void Quantized_weights_get_their_zero_point()
    {
        var model = Networks.Of(
            [Networks.Op("DequantizeLinear", "q,s,z", "w", NodeAttribute.Of("axis", 0L)), Networks.Gemm("fc", "x", "w", "", "y")],
            [Tensor.Of("q", [2, 2], new byte[] { 7, 9, 100, 91 }), Tensor.Of("s", [2], [10f, 1]), Tensor.Of("z", [2], new byte[] { 5, 90 })],
            [new(), 2], [new(), 2], "y");
        // Weights 20, 40, 10, 1.
        Assert.Equal([7, 9, 90, 90], Pruner.Prune(model, new PruneOptions { Sparsity = 0.5 }).Model.Constant("q").Data.ToArray());
    }

    [Fact]
    public void Layers_with_weights_of_an_unknown_form_are_named()
    {
        var half = Tensor.Create("h", ElementType.Float16, [1, 1], new[] { (Half)1 });
        var model = Networks.Of(
            [Networks.Op("Cast", "h", "w", NodeAttribute.Of("to", 1L)), Networks.Gemm("odd", "x", "w", "", "a"), Networks.Gemm("fc", "a", "v", "", "y")],
            [half, Tensor.Of("v", [2, 1], [1f, 2])], [new(), 1], [new(), 2], "y");
        var result = Pruner.Prune(model, new PruneOptions { Sparsity = 0.5 });
        Assert.Equal(["odd"], result.LeftAlone);
        Assert.Equal([0, 2], result.Model.Floats("v"));
    }

    [Fact]
    public void The_result_is_marked_and_pins_weights_and_codebooks()
    {
        var model = Networks.Dense(("a", 1, 2, [1, 2]));
        Assert.False(Pruned.IsMarked(model));
        Assert.Empty(Pruned.Pinned(model));
        var pruned = Pruner.Prune(model, new PruneOptions { Sparsity = 0.5 }).Model;
        Assert.True(Pruned.IsMarked(pruned));
        Assert.Equal(["a.w"], Pruned.Pinned(pruned));
        Assert.Equal(["codebook"], Pruned.Pinned(Pruned.Mark(Networks.Shared(1, 1, [0], [0]))));
        Assert.Single(Pruned.Mark(pruned).Metadata);
    }

    [Fact]
    public void Weights_shared_in_part_pin_the_free_ones_and_the_codebook()
    {
        var form = PartlySharedWeight.Form("w", [1, 2], [0, 3], [0, 1], [true, false], [0, 5], opset: 17);
        var model = Networks.Of([.. form.Nodes, Networks.Gemm("fc", "x", "w", "", "y")], form.Tensors, [1, 2], [1, 1], "y");
        Assert.Equal(["w.codebook", "w.free"], Pruned.Pinned(Pruned.Mark(model)).Order());
    }

    // Few distinct values make many ties.
    private static readonly Gen<float[]> Weights = Gen.OneOf(Gen.Float[-1, 1], Gen.Int[-2, 2].Select(i => i / 4f)).Array[1, 200];

    [Fact]
    public void Counts_are_exact_and_survivors_outweigh_the_pruned() => Gen.Select(Weights, Weights, Gen.Double[0, 0.99]).Sample((a, b, sparsity) =>
    {
        var model = Networks.Dense(("a", a.Length, 1, a), ("b", 1, b.Length, b));
        var result = Pruner.Prune(model, new PruneOptions { Sparsity = sparsity, MinKept = 0 }).Model;
        float[] before = [.. a, .. b];
        float[] after = [.. result.Floats("a.w"), .. result.Floats("b.w")];
        var target = Math.Max((int)Math.Round(sparsity * before.Length), before.Count(w => w == 0));
        Assert.Equal(target, after.Count(w => w == 0));
        // The reference: a stable sort.
        var gone = Enumerable.Range(0, before.Length).OrderBy(i => MathF.Abs(before[i])).Take(target).ToHashSet();
        Assert.Equal(before.Select((w, i) => gone.Contains(i) ? 0 : w), after);
    }, iter: 300);

    [Fact]
    public void A_layer_keeps_its_least_number_or_what_it_has() => Gen.Select(Weights, Weights, Gen.Double[0, 0.99], Gen.Int[0, 20]).Sample((a, b, sparsity, minKept) =>
    {
        var result = Pruner.Prune(Networks.Dense(("a", a.Length, 1, a), ("b", 1, b.Length, b)), new PruneOptions { Sparsity = sparsity, MinKept = minKept }).Model;
        var (keptA, keptB) = (result.Floats("a.w").Count(w => w != 0), result.Floats("b.w").Count(w => w != 0));
        var (floorA, floorB) = (Math.Min(minKept, a.Count(w => w != 0)), Math.Min(minKept, b.Count(w => w != 0)));
        Assert.True(keptA >= floorA && keptB >= floorB);
        var total = a.Length + b.Length;
        var wanted = total - (int)Math.Round(sparsity * total);
        // A layer without enough weights, or the floors, may be all that is left.
        Assert.Equal(Math.Max(Math.Min(wanted, a.Count(w => w != 0) + b.Count(w => w != 0)), floorA + floorB), keptA + keptB);
    }, iter: 1000);

    [Fact]
    public void Pruned_weights_never_come_back() => Gen.Select(Weights, Gen.Double[0, 0.99], Gen.Double[0, 0.99], Gen.Bool).Sample((w, first, second, saliency) =>
    {
        var once = Pruner.Prune(Networks.Dense(("a", w.Length, 1, w)), new PruneOptions { Sparsity = first }).Model;
        var v = new Dictionary<string, float[]> { ["a.w"] = [.. w.Select(x => 1 - x)] };
        var options = new PruneOptions { Sparsity = second, Score = saliency ? PruneScore.Saliency : PruneScore.Magnitude };
        var twice = Pruner.Prune(once, options, v).Model;
        Assert.All(once.Floats("a.w").Zip(twice.Floats("a.w")), p => Assert.True(p.First != 0 || p.Second == 0));
    }, iter: 200);
}
