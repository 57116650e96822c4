using System.Text;
using Pare.Data;

namespace Pare.Tests.Data;

/// <summary>Stand-ins for picture files: "width height red green blue" as text, decoded to a picture of one colour.</summary>
internal static class Fakes
{
    public static byte[] File(int width, int height, byte red, byte green = 0, byte blue = 0) => Encoding.UTF8.GetBytes($"{width} {height} {red} {green} {blue}");

    public static Picture Decode(ReadOnlyMemory<byte> file, PictureGeometry geometry)
    {
        var parts = Encoding.UTF8.GetString(file.Span).Split(' ');
        if (parts.Length != 5) throw new BadInputException("is broken");
        var (width, height) = (int.Parse(parts[0]), int.Parse(parts[1]));
        byte[] pixel = [byte.Parse(parts[2]), byte.Parse(parts[3]), byte.Parse(parts[4])];
        return new Picture(width, height, [.. Enumerable.Repeat(pixel, width * height).SelectMany(p => p)]);
    }

    public static DataSplits Open(string path, DataOptions? options = null) => DataSource.Open(path, options ?? new DataOptions(), Decode);

    public static string Rejection(Action action)
    {
        var message = Xunit.Assert.Throws<BadInputException>(action).Message;
        Xunit.Assert.DoesNotContain('\n', message);
        return message;
    }

    public static float[] Values(IDataset data, int index)
    {
        var values = new float[data.Shape.Aggregate(1, (a, b) => a * b)];
        data.Read(index, values);
        return values;
    }
}
