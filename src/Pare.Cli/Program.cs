Console.WriteLine("pare");
