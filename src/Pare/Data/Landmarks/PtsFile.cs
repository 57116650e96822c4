using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Pare.Data.Landmarks;

/// <summary>
/// The <c>.pts</c> files of 300-W: <c>version: 1</c>, <c>n_points: 68</c>, then a line <c>x y</c> for each point between braces.
/// The file counts pixels from 1, so half a pixel separates its coordinates from <see cref="LandmarkPhoto"/>'s.
/// </summary>
public static class PtsFile
{
    /// <summary>Largest file that is read.</summary>
    internal const int MaxBytes = 1 << 16;

    private const float Offset = 0.5f;

    /// <summary>The file's text for points in <see cref="LandmarkPhoto"/>'s coordinates, to a thousandth of a pixel.</summary>
    public static string Format(ReadOnlySpan<float> points)
    {
        var text = new StringBuilder($"version: 1\nn_points: {points.Length / 2}\n{{\n");
        for (var i = 0; i < points.Length; i += 2) text.Append(CultureInfo.InvariantCulture, $"{points[i] + Offset:0.000} {points[i + 1] + Offset:0.000}\n");
        return text.Append("}\n").ToString();
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="BadInputException">It cannot be read, or is no such file.</exception>
    public static ImmutableArray<float> Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length is > MaxBytes and var length) throw new BadInputException($"'{path}' has {length} bytes, a .pts file has at most {MaxBytes}");
            return Parse(File.ReadAllBytes(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"'{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The points in <see cref="LandmarkPhoto"/>'s coordinates.</summary>
    /// <exception cref="BadInputException">Not such a file, another version, or a number of points that it does not hold or that no scheme has.</exception>
    internal static ImmutableArray<float> Parse(ReadOnlySpan<byte> file, string name)
    {
        if (file.Length > MaxBytes) throw new BadInputException($"'{name}' has {file.Length} bytes, a .pts file has at most {MaxBytes}");
        var lines = Encoding.UTF8.GetString(file).TrimStart('\uFEFF').Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length < 3 || Value(lines[0], "version") is not { } version) throw new BadInputException($"'{name}' is not a .pts file: it starts with '{Annotation.Shown(lines.Length == 0 ? "" : lines[0])}'");
        if (version is not ("1" or "1.0")) throw new BadInputException($"'{name}' has version '{Annotation.Shown(version)}', allowed is 1");
        if (!int.TryParse(Value(lines[1], "n_points"), NumberStyles.None, null, out var count) || PointScheme.TryOf(count) is null)
            throw new BadInputException($"'{name}' says '{Annotation.Shown(lines[1])}', allowed are n_points: 5, 68 or 98");
        if (lines[2] != "{") throw new BadInputException($"'{name}' has '{Annotation.Shown(lines[2])}' where '{{' begins the points");
        if (lines.Length != count + 4 || lines[^1] != "}") throw new BadInputException($"'{name}' promises {count} points between braces and has {lines.Length - 3} more lines");
        return ParsePoints(lines.AsSpan(3, count), name);
    }

    private static ImmutableArray<float> ParsePoints(ReadOnlySpan<string> lines, string name)
    {
        var points = ImmutableArray.CreateBuilder<float>(2 * lines.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            var parts = lines[i].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length != 2 || !Annotation.TryNumber(parts[0], out var x) || !Annotation.TryNumber(parts[1], out var y))
                throw new BadInputException($"'{name}' point {i} is '{Annotation.Shown(lines[i])}', needed are two finite numbers");
            points.Add(x - Offset);
            points.Add(y - Offset);
        }
        return points.MoveToImmutable();
    }

    private static string? Value(string line, string key) =>
        line.StartsWith(key) && line.AsSpan(key.Length).TrimStart() is [':', .. var value] ? value.Trim().ToString() : null;
}
