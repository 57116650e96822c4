using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Pare.Onnx;
using Xunit;

namespace Pare.NativeTests.Cli;

public sealed class QuantizeVerbTests : IDisposable
{
    private readonly Command _pare = new();

    public void Dispose() => _pare.Dispose();

    [Fact]
    public void Int8_calibrates_and_says_what_runs_in_integers()
    {
        var json = Json("quantize lenet5 --data glyphs --images 32 --size-first -o @q.onnx");
        Assert.Equal(4, json["fused"]!.GetValue<int>());
        Assert.Empty(json["floatIslands"]!.AsArray());
        Assert.All(json["layers"]!.AsArray(), l => Assert.Equal(("int8", "mse"), (l!["scheme"]!.GetValue<string>(), l["calibration"]!.GetValue<string>())));
        Assert.Contains(OnnxFile.Read(_pare.At("q.onnx")).Graph.Nodes, n => n.OpType == "QuantizeLinear");
    }

    [Fact]
    public void Layers_that_are_not_faster_are_named_with_their_times()
    {
        var text = _pare.Succeed("quantize lenet5 --data glyphs --images 16 -o @q.onnx");
        Assert.Contains("latency", text, StringComparison.Ordinal);
        Assert.Contains("runs in", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_excluded_layer_stays_float()
    {
        var json = Json("quantize lenet5 --data glyphs --images 16 --size-first --exclude conv1 -o @q.onnx");
        Assert.Equal(["conv1"], json["floatIslands"]!.AsArray().Select(i => i!["name"]!.GetValue<string>()));
        Assert.Equal("excluded", json["floatIslands"]![0]!["reason"]!.GetValue<string>());
    }

    [Fact]
    public void The_same_seed_gives_the_same_file()
    {
        _pare.Succeed("quantize lenet5 --data glyphs --images 16 --size-first -o @a.onnx");
        _pare.Succeed("quantize lenet5 --data glyphs --images 16 --size-first -o @b.onnx");
        Assert.Equal(File.ReadAllBytes(_pare.At("a.onnx")), File.ReadAllBytes(_pare.At("b.onnx")));
    }

    [Fact]
    public void Few_bits_are_bytes_that_train_and_pack_small()
    {
        _pare.Succeed("quantize lenet-300-100 --data glyphs --images 32 --weight-bits 2 -o @two.onnx");
        _pare.Succeed("quantize lenet-300-100 --data glyphs --images 32 --weight-bits 2 --edge-bits 2 -o @all.onnx");
        _pare.Succeed("train @two.onnx --data glyphs --epochs 1 --threads 1 --quiet -o @trained.onnx");
        _pare.Succeed("pack @all.onnx -o @all.pare");
        var (before, after) = (OnnxFile.Read(_pare.At("two.onnx")).Graph, OnnxFile.Read(_pare.At("trained.onnx")).Graph);
        Assert.Equal(before.Nodes.Select(n => n.OpType), after.Nodes.Select(n => n.OpType));
        Assert.Equal(before.Initializers.Select(t => (t.Name, t.Type)), after.Initializers.Select(t => (t.Name, t.Type)));
        // 266,200 weights of at most 2 bits, in a file of a byte each.
        Assert.InRange(new FileInfo(_pare.At("all.onnx")).Length, 266_200, 300_000);
        Assert.InRange(new FileInfo(_pare.At("all.pare")).Length, 1, 266_200 / 4);
    }

    [Theory]
    [InlineData("minmax8", 8)]
    [InlineData("int4", 4)]
    public void Weights_need_no_data(string scheme, int bits)
    {
        var json = Json($"quantize lenet-300-100 --scheme {scheme} -o @q.onnx");
        Assert.All(json["layers"]!.AsArray(), l => Assert.Equal(bits, l!["bits"]!.GetValue<double>()));
        _pare.Succeed("pack @q.onnx -o @q.pare");
        _pare.Succeed("unpack @q.pare -o @back.onnx");
        Assert.Equal(File.ReadAllBytes(_pare.At("q.onnx")), File.ReadAllBytes(_pare.At("back.onnx")));
    }

    [Fact]
    public void Several_inputs_come_from_arrays_by_name()
    {
        TwoInputs();
        Arrays("in.npz", ("left", 32), ("right", 32));
        var json = Json("quantize @two.onnx --data @in.npz --size-first -o @q.onnx");
        Assert.Equal(("agreement", 2), (json["metric"]!.GetValue<string>(), json["fused"]!.GetValue<int>()));
    }

    [Fact]
    public void A_promise_on_arrays_is_held_against_the_half_that_did_not_calibrate()
    {
        TwoInputs();
        Arrays("in.npz", ("left", 64), ("right", 64));
        var json = Json("quantize @two.onnx --data @in.npz --size-first --max-drop 10 -o @q.onnx");
        Assert.Equal((32, 32), (json["images"]!.GetValue<int>(), json["count"]!.GetValue<int>()));
    }

    [Fact]
    public void A_promise_on_a_few_arrays_is_refused_before_the_work()
    {
        TwoInputs();
        Arrays("in.npz", ("left", 32), ("right", 32));
        Assert.Contains("16 examples to hold the promise against", _pare.Fail("quantize @two.onnx --data @in.npz --max-drop 5 -o @q.onnx"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_input_without_its_array_is_named()
    {
        TwoInputs();
        Arrays("in.npz", ("left", 32));
        Assert.Contains("'right'", _pare.Fail("quantize @two.onnx --data @in.npz -o @q.onnx"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quantize @tiny.onnx --data glyphs -o @q.onnx", "examples of 1x28x28")]
    [InlineData("quantize lenet5 --data glyphs --images 4 -o @q.onnx", "4 calibration examples; 8 or more are needed for 'mse'")]
    [InlineData("quantize @tiny.onnx --scheme minmax8 --exclude stem* -o @q.onnx", "'stem*'")]
    [InlineData("quantize lenet5 --data glyphs --weight-bits 1 -o @q.onnx", "2")]
    [InlineData("quantize @tiny.onnx --scheme int4 --weight-bits 2 -o @q.onnx", "--weight-bits 2 with --scheme int4; only int8 has a choice")]
    [InlineData("quantize @tiny.onnx --scheme int3 -o @q.onnx", "int8, minmax8, int4")]
    public void Bad_input_is_one_line(string line, string said)
    {
        _pare.Tiny();
        Assert.Contains(said, _pare.Fail(line), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_is_not_quantized_twice()
    {
        _pare.Tiny();
        _pare.Succeed("quantize @tiny.onnx --scheme minmax8 -o @q.onnx");
        Assert.Contains("quantized already", _pare.Fail("quantize @q.onnx --scheme int4 -o @p.onnx"), StringComparison.Ordinal);
    }

    private JsonObject Json(string line) => JsonNode.Parse(_pare.Succeed(line + " --json --quiet"))!.AsObject();

    private void TwoInputs() => OnnxFile.Write(new Model
    {
        Graph = new Graph
        {
            Name = "two",
            Inputs = [ValueInfo.Of("left", ElementType.Float, new Dimension(null, "N"), 4), ValueInfo.Of("right", ElementType.Float, new Dimension(null, "N"), 4)],
            Outputs = [ValueInfo.Of("y", ElementType.Float, new Dimension(null, "N"), 3)],
            Initializers = [Tensor.Of("a", [4, 3], [.. Enumerable.Range(0, 12).Select(i => MathF.Sin(i))]), Tensor.Of("b", [4, 3], [.. Enumerable.Range(0, 12).Select(i => MathF.Cos(i))])],
            Nodes =
            [
                new Node { OpType = "MatMul", Name = "fa", Inputs = ["left", "a"], Outputs = ["p"] },
                new Node { OpType = "MatMul", Name = "fb", Inputs = ["right", "b"], Outputs = ["q"] },
                new Node { OpType = "Add", Inputs = ["p", "q"], Outputs = ["y"] },
            ],
        },
    }, _pare.At("two.onnx"));

    // NumPy's format: magic, version 1.0, a padded header, values.
    private void Arrays(string file, params (string Name, int Count)[] arrays)
    {
        using var zip = ZipFile.Open(_pare.At(file), ZipArchiveMode.Create);
        foreach (var (name, count) in arrays)
        {
            using var stream = zip.CreateEntry(name + ".npy").Open();
            var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({count}, 4), }}".PadRight(117) + "\n";
            stream.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header)]);
            foreach (var value in Enumerable.Range(0, count * 4)) stream.Write(BitConverter.GetBytes(MathF.Sin(value)));
        }
    }

    [Fact]
    public void A_promise_on_few_pictures_is_not_chosen_away()
    {
        _pare.Succeed("train lenet-300-100 --epochs 1 --quiet -o @net.onnx");
        var glyphs = Pare.Data.Synthetic.Glyphs.Draw(7, 1).All;
        var values = new float[784];
        var last = -1;
        _pare.WritePictures("few.npy", 4000, (picture, place) =>
        {
            if (picture != last) glyphs.Read(last = picture, values);
            return (byte)values[place];
        });
        var json = Json("quantize @net.onnx --data @few.npy --metric agreement --size-first --max-drop 1 --quiet -o @q.onnx");
        Assert.Contains(json["layers"]!.AsArray(), l => l!["reason"] is null);
    }
}
