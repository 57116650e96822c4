using System.Diagnostics;
using Pare.Onnx;
using Xunit;

namespace Pare.Tests.Onnx;

/// <summary>Damaged files give a model or a <see cref="BadInputException"/>, in little time and memory.</summary>
public sealed class MutationTests
{
    private const long MaxAllocated = 256L << 20;

    /// <summary>PARE_FUZZ sets the number of mutations for a long run.</summary>
    private static int Runs => int.TryParse(Environment.GetEnvironmentVariable("PARE_FUZZ"), out var runs) ? runs : 3000;

    [Fact]
    public void Mutated_models_are_refused_or_read()
    {
        byte[][] own = [OnnxWriter.ToBytes(Nets.Small()), OnnxWriter.ToBytes(FileTests.Rich()), OnnxWriter.ToBytes(ShapeInferenceTests.ReshapedByShape()), OnnxWriter.ToBytes(WeightValuesTests.Shared())];
        Mutate(own, seed: 20240607);
    }

    [Fact]
    public void Mutated_vectors_are_refused_or_read() =>
        Mutate([.. Vectors.Files().Where(f => new FileInfo(f).Length < 4096).Select(File.ReadAllBytes)], seed: 7);

    private static void Mutate(byte[][] seeds, int seed)
    {
        var random = new Random(seed);
        for (var run = 0; run < Runs; run++)
        {
            var bytes = Mutate(random, seeds);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.StartNew();
            try
            {
                var model = OnnxReader.Read(bytes);
                GraphSpec.Verify(model);
                GraphSpec.CheckFinite(model);
                Simplify.Run(model);
            }
            catch (BadInputException)
            {
            }
            catch (Exception e)
            {
                Assert.Fail($"run {run}: {e}\n{Convert.ToBase64String(bytes)}");
            }
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MaxAllocated, $"run {run} allocated too much: {Convert.ToBase64String(bytes)}");
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"run {run} hung: {Convert.ToBase64String(bytes)}");
        }
    }

    private static byte[] Mutate(Random random, byte[][] seeds)
    {
        var bytes = (byte[])seeds[random.Next(seeds.Length)].Clone();
        for (var times = random.Next(1, 4); times > 0 && bytes.Length > 0; times--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(6))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes = bytes[..at]; break;
                case 3:
                    // A length or a number made very large.
                    for (var i = at; i < Math.Min(bytes.Length, at + random.Next(1, 9)); i++) bytes[i] = 0xff;
                    break;
                case 4:
                    var other = seeds[random.Next(seeds.Length)];
                    var from = random.Next(other.Length);
                    bytes = [.. bytes[..at], .. other[from..Math.Min(other.Length, from + random.Next(64))], .. bytes[at..]];
                    break;
                default: bytes = [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(1, 32))..]]; break;
            }
        }
        return bytes;
    }
}
