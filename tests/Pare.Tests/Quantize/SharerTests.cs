using Pare.Onnx;
using Pare.Quantize;
using Xunit;

namespace Pare.Tests.Quantize;

public class SharerTests
{
    [Fact]
    public void A_shared_weight_is_a_codebook_and_codes_under_the_old_name()
    {
        var model = Dense("w", [2, 3], [0.5f, 0, -0.25f, 0, 0.5f, 0]);
        var result = Sharer.Share(model, Bits(2));
        var shared = SharedWeight.Find(new GraphIndex(result.Model.Graph), "w")!;
        Assert.Equal([0, -0.25f, 0.5f], shared.Codebook.Floats.ToArray());
        Assert.Equal([2, 0, 1, 0, 2, 0], shared.Codes.Data.ToArray());
        Assert.Equal([2L, 3], shared.Codes.Shape);
        Assert.Equal(["Cast", "Gather", "Gemm"], result.Model.Graph.Nodes.Select(n => n.OpType));
        Assert.Equal(["b", "w.codebook", "w.codes"], result.Model.Graph.Initializers.Select(t => t.Name));
        var change = Assert.Single(result.Layers);
        Assert.Equal(("fc", 6L, 0.5, Math.Log2(3)), (change.Name, change.Weights, change.Kept, change.Bits));
        Assert.Equal(3, change.Sharing!.Centroids);
        Assert.Equal(0, change.Sharing.Distortion);
        Assert.Equal(Math.Log2(3) - 2.0 / 3, change.Sharing.EntropyBits, 1e-12);
    }

    [Fact]
    public void The_model_given_is_not_changed()
    {
        var model = Dense("w", [1, 4], [1, 2, 3, 4]);
        Sharer.Share(model, Bits(1));
        Assert.Equal([1f, 2, 3, 4], model.Graph.Initializers[0].Floats.ToArray());
        Assert.Single(model.Graph.Nodes);
    }

    [Fact]
    public void Zero_stays_exactly_zero_and_counts_as_one_entry()
    {
        var weights = Weights(1000, seed: 1, kept: 0.3);
        var result = Sharer.Share(Dense("w", [10, 100], weights), Centroids(9));
        var shared = SharedWeight.Find(new GraphIndex(result.Model.Graph), "w")!;
        Assert.Equal(9, shared.Codebook.Count);
        Assert.Equal(0, shared.Codebook.Floats[0]);
        var decoded = shared.Decode();
        for (var i = 0; i < weights.Length; i++) Assert.Equal(weights[i] == 0, decoded[i] == 0);
    }

    [Fact]
    public void A_layer_of_zeros_has_one_entry()
    {
        var result = Sharer.Share(Dense("w", [2, 2], [0, 0, 0, 0]), Bits(4));
        Assert.Equal([0f], SharedWeight.Find(new GraphIndex(result.Model.Graph), "w")!.Codebook.Floats.ToArray());
        Assert.Equal(0, result.Layers[0].Kept);
    }

    [Fact]
    public void Sharing_again_with_fewer_bits_works_on_the_values()
    {
        var dense = Dense("w", [10, 20], Weights(200, seed: 2));
        var once = Sharer.Share(dense, Bits(5)).Model;
        var twice = Sharer.Share(once, Bits(2)).Model;
        Assert.Equal(once.Graph.Nodes.Length, twice.Graph.Nodes.Length);
        Assert.Equal(once.Graph.Initializers.Select(t => t.Name), twice.Graph.Initializers.Select(t => t.Name));
        Assert.Equal(4, SharedWeight.Find(new GraphIndex(twice.Graph), "w")!.Codebook.Count);
        var same = Sharer.Share(twice, Bits(5)).Model;
        Assert.Equal(Read(twice, "w"), Read(same, "w"));
    }

    [Fact]
    public void Densify_brings_back_the_values()
    {
        var dense = Dense("w", [10, 20], Weights(200, seed: 2));
        var shared = Sharer.Share(dense, Bits(3)).Model;
        var back = Sharer.Densify(shared);
        Assert.Single(back.Graph.Nodes);
        Assert.Equal(["b", "w"], back.Graph.Initializers.Select(t => t.Name));
        Assert.Equal(Read(shared, "w"), Read(back, "w"));
        var partly = Sharer.Freeze(dense, new FreezeOptions { Fraction = 0.5, Sharing = Bits(3) }).Model;
        Assert.Equal(Read(partly, "w"), Read(Sharer.Densify(partly), "w"));
        Assert.Single(Sharer.Densify(partly).Graph.Nodes);
    }

    [Fact]
    public void A_weight_in_a_Constant_node_is_shared_in_its_place()
    {
        var model = Dense("w", [2, 2], [1, 2, 1, 2]);
        var constant = new Node { OpType = "Constant", Outputs = ["w"], Attributes = [NodeAttribute.Of("value", model.Graph.Initializers[0])] };
        model = model with { Graph = model.Graph with { Initializers = [model.Graph.Initializers[1]], Nodes = [constant, .. model.Graph.Nodes] } };
        var shared = Sharer.Share(model, Bits(1)).Model;
        Assert.Equal(["Cast", "Gather", "Gemm"], shared.Graph.Nodes.Select(n => n.OpType));
        Assert.Equal([1f, 2, 1, 2], Read(shared, "w"));
    }

    [Fact]
    public void A_weight_of_two_layers_is_shared_once()
    {
        var model = Dense("w", [2, 2], [1, 2, 3, 4]);
        model = model with { Graph = model.Graph with { Nodes = [.. model.Graph.Nodes, model.Graph.Nodes[0] with { Name = "fc2", Inputs = ["y", "w"], Outputs = ["z"] }] } };
        var result = Sharer.Share(model, Bits(1));
        Assert.Single(result.Layers);
        Assert.Equal(["Cast", "Gather", "Gemm", "Gemm"], result.Model.Graph.Nodes.Select(n => n.OpType));
    }

    [Fact]
    public void A_transposed_weight_is_shared_before_the_Transpose()
    {
        var model = Dense("w", [2, 2], [1, 2, 3, 4]);
        var gemm = model.Graph.Nodes[0];
        model = model with { Graph = model.Graph with { Nodes = [new Node { OpType = "Transpose", Inputs = ["w"], Outputs = ["wt"] }, gemm with { Inputs = ["x", "wt", "b"] }] } };
        var shared = Sharer.Share(model, Bits(1)).Model;
        Assert.Equal(["Cast", "Gather", "Transpose", "Gemm"], shared.Graph.Nodes.Select(n => n.OpType));
    }

    [Fact]
    public void Layers_have_sizes_of_their_own_and_can_be_left_out()
    {
        var graph = Dense("w1", [10, 10], Weights(100, seed: 1)).Graph;
        var second = Dense("w2", [10, 10], Weights(100, seed: 2)).Graph;
        var model = new Model { Graph = graph with { Initializers = [.. graph.Initializers, second.Initializers[0]], Nodes = [.. graph.Nodes, second.Nodes[0] with { Name = "last", Inputs = ["y", "w2"], Outputs = ["z"] }] } };
        var sized = Sharer.Share(model, Bits(2) with { Layers = [new("la*", CodebookSize.OfBits(4)), new("Gemm", CodebookSize.OfBits(3))] });
        Assert.Equal([3.0, 4.0], sized.Layers.Select(l => l.Bits));
        Assert.Equal(["fc"], Sharer.Share(model, Bits(2) with { Exclude = ["w2"] }).Layers.Select(l => l.Name));
    }

    [Fact]
    public void Importance_decides_which_weights_are_kept_well()
    {
        float[] weights = [1, 1.1f, 2, 2.2f];
        var model = Dense("w", [2, 2], weights);
        var result = Sharer.Share(model, Centroids(3), new Dictionary<string, float[]> { ["w"] = [1000, 1000, 1, 1] });
        Assert.Equal([1, 1.1f, 2.1f], SharedWeight.Find(new GraphIndex(result.Model.Graph), "w")!.Codebook.Floats.ToArray());
    }

    [Fact]
    public void The_price_of_a_bit_does_not_depend_on_scales()
    {
        var weights = Weights(1000, seed: 8, kept: 0.5);
        var options = Bits(4) with { Lambda = 0.02 };
        float[] importance = [.. weights.Select(w => 1 + w * w)];
        byte[] Codes(float scale, float[]? v) =>
            SharedWeight.Find(new GraphIndex(Sharer.Share(Dense("w", [10, 100], [.. weights.Select(w => w * scale)]), options, v is null ? null : new Dictionary<string, float[]> { ["w"] = v }).Model.Graph), "w")!.Codes.Data.ToArray();
        Assert.Equal(Codes(1, null), Codes(1024, null));
        Assert.Equal(Codes(1, importance), Codes(1, [.. importance.Select(v => v / 1024)]));
        Assert.NotEqual(Codes(1, null), Codes(1, importance));
    }

    [Fact]
    public void Importances_that_do_not_fit_are_refused()
    {
        var model = Dense("w", [1, 2], [1, 2]);
        Assert.Throws<ArgumentException>(() => Sharer.Share(model, Bits(1), new Dictionary<string, float[]> { ["w"] = [1] }));
        Assert.Throws<ArgumentException>(() => Sharer.Share(model, Bits(1), new Dictionary<string, float[]> { ["w"] = [1, float.NaN] }));
    }

    [Theory]
    [InlineData(BiasForm.Float16)]
    [InlineData(BiasForm.Grid8)]
    public void Rounded_biases_leave_their_low_bytes_zero(BiasForm form)
    {
        var model = Dense("w", [2, 2], [1, 2, 3, 4], bias: [0.3f, -0.7123f]);
        var bias = Read(Sharer.Share(model, Bits(2) with { Biases = form }).Model, "b");
        Assert.Equal(0.3f, bias[0], form == BiasForm.Grid8 ? 1 / 256.0 : 1e-3);
        Assert.All(bias, b => Assert.Equal(0u, BitConverter.SingleToUInt32Bits(b) & (form == BiasForm.Grid8 ? 0xFFFF : 0x1FFFu)));
    }

    [Theory]
    [InlineData(127f, 1)]
    [InlineData(128f, 2)]
    [InlineData(0f, 1)]
    [InlineData(1e-3f, 1.0 / 65536)]
    public void The_bias_grid_reaches_the_largest_value_in_127_steps(float largest, double step) =>
        Assert.Equal(step, BiasRounding.Step([largest, -largest / 2]));

    [Fact]
    public void Shared_biases_are_codes_too()
    {
        var model = Dense("w", [2, 2], [1, 2, 3, 4], bias: [0.5f, 0.5f]);
        var shared = Sharer.Share(model, Bits(2) with { Biases = BiasForm.Shared }).Model;
        Assert.NotNull(SharedWeight.Find(new GraphIndex(shared.Graph), "b"));
        Assert.Equal([0.5f, 0.5f], Read(shared, "b"));
    }

    [Fact]
    public void The_same_call_gives_the_same_bytes()
    {
        var model = Dense("w", [50, 100], Weights(5000, seed: 3, kept: 0.5));
        var options = Bits(4) with { Start = CentroidStart.Forgy, Seed = 5, Lambda = 0.01 };
        Assert.Equal(OnnxWriter.ToBytes(Sharer.Share(model, options).Model), OnnxWriter.ToBytes(Sharer.Share(model, options).Model));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Weights_that_are_not_finite_are_named(float bad)
    {
        var error = Assert.Throws<BadInputException>(() => Sharer.Share(Dense("w", [1, 3], [1, 2, bad]), Bits(2)));
        Assert.Equal($"weight 'w' has {bad} at 2; weights must be finite", error.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(-1)]
    public void Other_numbers_of_bits_are_refused(int bits) =>
        Assert.Equal($"bits is {bits}; 1 to 8 are allowed for shared weights", Assert.Throws<BadInputException>(() => CodebookSize.OfBits(bits)).Message);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(257)]
    public void Other_numbers_of_centroids_are_refused(int centroids) =>
        Assert.Throws<BadInputException>(() => CodebookSize.OfCentroids(centroids));

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Other_prices_are_refused(double lambda) =>
        Assert.Throws<BadInputException>(() => Sharer.Share(Dense("w", [1, 1], [1]), Bits(2) with { Lambda = lambda }));

    [Fact]
    public void A_model_without_weights_is_refused()
    {
        var model = new Model { Graph = new Graph { Nodes = [new Node { OpType = "Relu", Inputs = ["x"], Outputs = ["y"] }] } };
        Assert.Contains("no weights to share", Assert.Throws<BadInputException>(() => Sharer.Share(model, Bits(2))).Message);
        Assert.Contains("no weights to share", Assert.Throws<BadInputException>(() => Sharer.Share(Dense("w", [0, 2], []), Bits(2))).Message);
    }

    internal static ShareOptions Bits(int bits) => new() { Size = CodebookSize.OfBits(bits) };

    internal static ShareOptions Centroids(int centroids) => new() { Size = CodebookSize.OfCentroids(centroids) };

    internal static float[] Read(Model model, string value) => WeightForm.ReadDense(new GraphIndex(model.Graph), value)!.Floats.ToArray();

    internal static float[] Weights(int count, int seed, double kept = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() < kept ? (float)(random.NextDouble() + random.NextDouble() - 1) : 0f)];
    }

    internal static Model Dense(string weight, long[] shape, float[] values, float[]? bias = null) => new()
    {
        Graph = new Graph
        {
            Initializers = [Tensor.Of(weight, shape, values), Tensor.Of("b", [bias?.Length ?? 1], bias ?? [0f])],
            Nodes = [new Node { OpType = "Gemm", Name = "fc", Inputs = ["x", weight, "b"], Outputs = ["y"] }],
            Inputs = [ValueInfo.Of("x", ElementType.Float, 1, shape[0])],
            Outputs = [ValueInfo.Of("y", ElementType.Float, 1, shape[1])],
        },
    };
}
