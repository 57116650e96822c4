using System.Collections.Immutable;
using Pare.Data;
using Xunit;

namespace Pare.Tests.Data;

public sealed class DataChecksTests
{
    [Theory]
    [InlineData(1, 2, 3)]
    [InlineData(1, -1, -1)]
    [InlineData(6)]
    public void Accepts_the_shape_a_free_shape_and_a_flat_one(params int[] shape) => DataChecks.Fits(Splits([0, 1, 0]), [.. shape], 2);

    [Fact]
    public void Rejects_another_shape() =>
        Assert.Equal("data 'd' has examples of 1x2x3 (channels x height x width), the network takes 3x?x3 (channels x height x width); see --size, --resize, --crop and --channels",
            Fakes.Rejection(() => DataChecks.Fits(Splits([0, 1]), [3, -1, 3], 2)));

    [Fact]
    public void Says_that_the_glyphs_came_unasked() =>
        Assert.Contains("these are Pare's own, taken where --data names no others", Fakes.Rejection(() => DataChecks.Fits(Splits([0, 1]) with { Name = "glyphs" }, [3, 32, 32], 2)));

    [Fact]
    public void Rejects_a_label_without_an_output() =>
        Assert.Equal("data 'd' example 2 has label 3 'three', the network has 3 outputs (0 to 2)", Fakes.Rejection(() => DataChecks.Fits(Splits([0, 1, 3]), [1, 2, 3], 3)));

    [Fact]
    public void Rejects_one_class_only() =>
        Assert.Equal("data 'd' has only one class: all 2 examples have label 1 'one'; at least two are needed", Fakes.Rejection(() => DataChecks.Fits(Splits([1, 1]), [1, 2, 3], 3)));

    [Fact]
    public void Accepts_pictures_without_labels_and_outputs_that_are_no_scores()
    {
        DataChecks.Fits(Splits([-1, -1]), [1, 2, 3], 3);
        DataChecks.Fits(Splits([1, 1]), [1, 2, 3], null);
    }

    private static DataSplits Splits(int[] labels)
    {
        ImmutableArray<string> classes = ["0", "one", "two", "three"];
        return Splitting.Divide("d", new ByteDataset(new byte[labels.Length * 6], labels, [1, 2, 3], classes), _ => Part.Any, 0);
    }
}
