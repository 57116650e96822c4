using Pare.Onnx;
using Pare.Quantize;
using Pare.Quantize.Integer;
using Xunit;

namespace Pare.Tests.Quantize.Integer;

public class CompensatedRoundingTests
{
    private const int Rows = 6, Columns = 40;
    private static readonly Affine Map = Affine.Symmetric(1, CodeRange.Int4);
    private static readonly float[] Weights = [.. Enumerable.Range(0, Rows * Columns).Select(i => MathF.Sin(i * 1.7f + i * i * 0.013f))];

    [Fact]
    public void Inputs_that_do_not_go_together_leave_nothing_to_make_up_for()
    {
        var identity = new float[Columns * Columns];
        for (var i = 0; i < Columns; i++) identity[i * Columns + i] = 1;
        foreach (var method in new[] { RoundingMethod.Gptq, RoundingMethod.AdaRound })
            Assert.Equal(Weights.Select(w => (sbyte)Map.Encode(w)), Round(identity, method));
    }

    [Fact]
    public void The_outputs_error_falls_from_nearest_to_Gptq_to_AdaRound()
    {
        var matrix = CholeskyTests.Moments(Columns, 200, seed: 1);
        var nearest = Error(matrix, [.. Weights.Select(w => (sbyte)Map.Encode(w))]);
        var gptq = Error(matrix, Round(matrix, RoundingMethod.Gptq));
        var ada = Error(matrix, Round(matrix, RoundingMethod.AdaRound));
        Assert.InRange(gptq, 0, nearest / 4);
        Assert.InRange(ada, 0, gptq);
    }

    [Fact]
    public void No_single_step_betters_AdaRounds_codes()
    {
        var matrix = CholeskyTests.Moments(Columns, 200, seed: 2);
        var codes = Round(matrix, RoundingMethod.AdaRound);
        var best = Error(matrix, codes);
        for (var i = 0; i < codes.Length; i++)
            foreach (var step in (int[])[-1, 1])
            {
                if (codes[i] + step is < -8 or > 7) continue;
                var other = codes.ToArray();
                other[i] = (sbyte)(other[i] + step);
                Assert.True(Error(matrix, other) > best - 1e-5);
            }
    }

    [Fact]
    public void Groups_and_parts_of_a_layer_keep_to_their_own_inputs()
    {
        var (a, b) = (CholeskyTests.Moments(20, 100, seed: 3), CholeskyTests.Moments(20, 100, seed: 4));
        var moments = new InputMoments([new MomentBlock(0, 0, 20, a, new float[20]), new MomentBlock(0, 20, 20, b, new float[20]), new MomentBlock(1, 0, 20, b, new float[20]), new MomentBlock(1, 20, 20, a, new float[20])], 100);
        var codes = CompensatedRounding.Round(Weights, Rows, Columns, groups: 2, (_, _) => Map, moments, RoundingMethod.Gptq);
        var alone = CompensatedRounding.Round([.. Weights.Skip(5 * Columns).Take(20)], 1, 20, 1, (_, _) => Map, new InputMoments([new MomentBlock(0, 0, 20, b, new float[20])], 100), RoundingMethod.Gptq);
        Assert.Equal(alone, codes[(5 * Columns)..(5 * Columns + 20)]);
    }

    [Fact]
    public void A_weight_in_either_orientation_gets_the_same_codes()
    {
        var moments = Whole(CholeskyTests.Moments(Columns, 200, seed: 5));
        var rows = LinearWeight.Symmetric(Tensor.Of("w", [Rows, Columns], Weights), 0, CodeRange.Int8Symmetric).Compensated(0, 1, moments, RoundingMethod.AdaRound);
        float[] turned = [.. from c in Enumerable.Range(0, Columns) from r in Enumerable.Range(0, Rows) select Weights[r * Columns + c]];
        var columns = LinearWeight.Symmetric(Tensor.Of("w", [Columns, Rows], turned), 1, CodeRange.Int8Symmetric).Compensated(1, 1, moments, RoundingMethod.AdaRound);
        Assert.Equal(rows.Codes, from r in Enumerable.Range(0, Rows) from c in Enumerable.Range(0, Columns) select columns.Codes![c * Rows + r]);
        Assert.NotEqual(rows.Codes, Weights.Select((w, i) => (sbyte)rows.Maps[i / Columns].Encode(w)));
    }

    [Fact]
    public void Large_inputs_are_split_evenly()
    {
        Assert.Equal([(0, 0, 4608), (0, 4608, 4608)], InputMoments.Plan(1, 9216).Select(b => (b.Group, b.First, b.Size)));
        Assert.Equal([(0, 0, 9), (1, 0, 9)], InputMoments.Plan(2, 9).Select(b => (b.Group, b.First, b.Size)));
    }

    private static sbyte[] Round(float[] matrix, RoundingMethod method) => CompensatedRounding.Round(Weights, Rows, Columns, 1, (_, _) => Map, Whole(matrix), method);

    private static InputMoments Whole(float[] matrix) => new([new MomentBlock(0, 0, Columns, matrix, new float[Columns])], 1);

    private static double Error(float[] matrix, IReadOnlyList<sbyte> codes)
    {
        double sum = 0;
        for (var row = 0; row < Rows; row++)
        {
            var d = Enumerable.Range(row * Columns, Columns).Select(i => (double)Weights[i] - Map.Decode(codes[i])).ToArray();
            for (var i = 0; i < Columns; i++)
                for (var j = 0; j < Columns; j++) sum += d[i] * matrix[i * Columns + j] * d[j];
        }
        return sum;
    }

    [Theory]
    [InlineData(RoundingMethod.Gptq)]
    [InlineData(RoundingMethod.AdaRound)]
    public void A_pruned_weight_stays_pruned(RoundingMethod method)
    {
        float[] pruned = [.. Weights.Select((w, i) => i % 3 == 0 ? 0 : w)];
        var codes = CompensatedRounding.Round(pruned, Rows, Columns, 1, (_, _) => Map, Whole(CholeskyTests.Moments(Columns, 200, seed: 1)), method);
        Assert.All(codes.Where((_, i) => i % 3 == 0), code => Assert.Equal(0, code));
    }
}
