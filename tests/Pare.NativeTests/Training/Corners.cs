using Pare.Data;

namespace Pare.NativeTests.Training;

/// <summary>A small made-up task: which of four corners of a picture is bright.</summary>
internal static class Corners
{
    public static FloatDataset Draw(int count, int seed, Func<int, int> label)
    {
        var random = new Random(seed);
        var values = new float[count * 64];
        var labels = new int[count];
        for (var i = 0; i < count; i++)
        {
            var corner = random.Next(4);
            for (var p = 0; p < 64; p++)
                values[i * 64 + p] = random.NextSingle() + (p / 8 / 4 * 2 + p % 8 / 4 == corner ? 1 : 0);
            labels[i] = label(corner);
        }
        return new FloatDataset(values, labels, [1, 8, 8], ["a", "b", "c", "d"]);
    }
}
