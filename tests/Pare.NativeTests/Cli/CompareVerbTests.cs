using System.Text.Json.Nodes;
using Xunit;

namespace Pare.NativeTests.Cli;

public sealed class CompareVerbTests : IDisposable
{
    private readonly Command _pare = new();

    public CompareVerbTests()
    {
        Directory.CreateDirectory(_pare.At("digits"));
        Write("train", 200);
        Write("t10k", 40);
    }

    public void Dispose() => _pare.Dispose();

    [Fact]
    public void Networks_of_equal_cost_are_compared_and_a_finished_run_is_not_repeated()
    {
        const string line = "compare lenet-300-100 lenet5 --data @digits --macs 60000 --epochs 1 --seeds 2 --threads 1 -o @c";
        var networks = Json(line)["networks"]!.AsArray();
        Assert.Equal(["lenet-300-100", "lenet5"], networks.Select(n => n!["name"]!.GetValue<string>()));
        Assert.All(networks, n =>
        {
            Assert.InRange(n!["costs"]!["macs"]!.GetValue<long>(), 50_000, 70_000);
            Assert.Equal(2, n["values"]!.AsArray().Count);
        });
        Assert.DoesNotContain("://", File.ReadAllText(_pare.At("c/compare.html")), StringComparison.Ordinal);

        // A record that says something else than training would is believed: the run was not repeated.
        var record = _pare.At("c/runs/lenet5-1.json");
        var told = JsonNode.Parse(File.ReadAllText(record))!;
        told["value"] = 0.123;
        File.WriteAllText(record, told.ToJsonString());
        Assert.Equal(0.123, Json(line)["networks"]![1]!["values"]![1]!.GetValue<double>());
        // With other training it does not count.
        Assert.NotEqual(0.123, Json(line.Replace("--epochs 1", "--epochs 1 --lr 0.002", StringComparison.Ordinal))["networks"]![1]!["values"]![1]!.GetValue<double>());
    }

    [Fact]
    public void A_part_of_the_examples_has_all_classes()
    {
        // The first 60 would be of three or four classes.
        var value = Json("compare lenet-300-100 --data @digits --examples 60 --epochs 20 --batch 16 --lr 0.002 --seeds 1 --threads 1 -o @c")["networks"]![0]!["values"]![0]!.GetValue<double>();
        Assert.True(value > 0.6, $"{value}");
    }

    [Fact]
    public void What_cannot_be_compared_is_refused_before_anything_is_trained()
    {
        Assert.Contains("the zoo has no network 'resnet21'", _pare.Fail("compare lenet5 resnet21 --data @digits -o @c"), StringComparison.Ordinal);
        Assert.Contains("'lenet5' is named twice", _pare.Fail("compare lenet5 lenet5 --data @digits -o @c"), StringComparison.Ordinal);
        Assert.Contains("unknown option '--checkpoint'", _pare.Fail("compare lenet5 --data @digits --checkpoint @k -o @c"), StringComparison.Ordinal);
        Assert.Contains("at its narrowest", _pare.Fail("compare lenet5 --data @digits --macs 1000 -o @c"), StringComparison.Ordinal);
    }

    // IDX files of noise, class by class, each with a bright row of its own.
    private void Write(string part, int count)
    {
        var random = new Random(count);
        var pixels = new byte[count * 784];
        random.NextBytes(pixels);
        byte[] labels = [.. Enumerable.Range(0, count).Select(i => (byte)(i * 10 / count))];
        for (var i = 0; i < count; i++) pixels.AsSpan(784 * i + 28 * (2 * labels[i] + 3), 28).Fill(255);
        File.WriteAllBytes(_pare.At($"digits/{part}-images-idx3-ubyte"), [0, 0, 8, 3, 0, 0, 0, (byte)count, 0, 0, 0, 28, 0, 0, 0, 28, .. pixels]);
        File.WriteAllBytes(_pare.At($"digits/{part}-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, (byte)count, .. labels]);
    }

    private JsonObject Json(string line) => JsonNode.Parse(_pare.Succeed(line + " --json"))!.AsObject();
}
