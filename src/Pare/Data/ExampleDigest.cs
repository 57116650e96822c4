using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Pare.Data;

/// <summary>What examples are, as a hash of their values: two data sets with the same pictures, labels and points in the same order have the same.</summary>
public static class ExampleDigest
{
    private static readonly ConditionalWeakTable<IDataset, string> Known = [];

    /// <summary>SHA-256 in lower-case hexadecimal; of the same data set it is worked out once.</summary>
    public static string Of(IDataset data) => Known.GetValue(data, Digest);

    private static string Digest(IDataset data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes<int>([data.Count, .. data.Shape]));
        var values = new float[data.Shape.Aggregate(1, (a, b) => checked(a * b))];
        var points = data as IPointDataset;
        var places = new float[2 * (points?.Points ?? 0)];
        for (var i = 0; i < data.Count; i++)
        {
            data.Read(i, values);
            hash.AppendData(MemoryMarshal.AsBytes<float>(values));
            hash.AppendData(BitConverter.GetBytes(data.Label(i)));
            if (points is null) continue;
            points.ReadPoints(i, places);
            hash.AppendData(MemoryMarshal.AsBytes<float>([.. places, points.Unit(i)]));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
